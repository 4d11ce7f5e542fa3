"""Issuance: the function that signs a device's request and records what it signed."""

import aws_cdk as cdk
from constructs import Construct

from contract import Variable
from jitr_stack.certificate_authority import CertificateAuthority
from jitr_stack.function import RuntimeFunction
from jitr_stack.platform import Platform
from jitr_stack.records import IssuanceRecords
from jitr_stack.settings import Settings
from provisioning.template import FIELDS, Text


class Issuance(Construct):
    """The issuance function. Who may invoke it may bring devices into the fleet: grant it sparingly."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        platform: Platform,
        authority: CertificateAuthority,
        records: IssuanceRecords,
    ) -> None:
        super().__init__(scope, construct_id)
        self.issuer = RuntimeFunction(
            self,
            "Issuer",
            settings=settings,
            platform=platform,
            part="issuance",
            parts=["pki", "provisioning", "records"],
            requirements=True,
            timeout=cdk.Duration.seconds(30),
            memory_size=512,
            environment={
                Variable.ENVIRONMENT: settings.name,
                Variable.ACCOUNT_ID: cdk.Aws.ACCOUNT_ID,
                Variable.AUTHORITY_CUSTODY: authority.custody.value,
                Variable.AUTHORITY_KEY: authority.held_key.arn,
                Variable.AUTHORITY_CERTIFICATE_ID: authority.certificate_id,
                Variable.AUTHORITY_CERTIFICATE_PARAMETER: authority.certificate_parameter,
                Variable.LEAF_VALIDITY_DAYS: str(settings.device_validity_days),
                Variable.ISSUANCE_RECORDS: records.table.table_name,
                Variable.PROVISIONING_TEMPLATE: settings.provisioning.template.to_json(),
            },
        )
        authority.let_sign(self.issuer)
        self.issuer.may("dynamodb:GetItem", "dynamodb:PutItem", on=records.table.table_arn)
        self._may_look_for_what_things_need(settings)

    def _may_look_for_what_things_need(self, settings: Settings) -> None:
        template = settings.provisioning.template
        if template.thing_type is not None:
            self._may_describe("iot:DescribeThingType", "thingtype", template.thing_type, settings)
        for group in template.groups:
            self._may_describe("iot:DescribeThingGroup", "thinggroup", group, settings)
        if template.billing_group is not None:
            self._may_describe("iot:DescribeBillingGroup", "billinggroup", template.billing_group, settings)

    def _may_describe(self, action: str, resource: str, name: str, settings: Settings) -> None:
        arn = cdk.Stack.of(self).format_arn(
            service="iot", resource=resource, resource_name=_as_known(name, settings)
        )
        if "*" in _as_known(name, settings):
            self.issuer.may_on_any(
                action, on=arn, because="which one it is comes from the template, for each certificate"
            )
        else:
            self.issuer.may(action, on=arn)


def _as_known(name: str, settings: Settings) -> str:
    """Fill in what the deploy knows, and a wildcard for what only a certificate tells."""
    known = {
        "environment.name": settings.name,
        "environment.account": cdk.Aws.ACCOUNT_ID,
        "environment.region": cdk.Aws.REGION,
    }
    return Text(name).substitute(dict.fromkeys(FIELDS, "*") | known)
