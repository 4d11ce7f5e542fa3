"""Issuance: the function that signs a device's request and records what it signed."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from contract import Variable, certificate_parameter
from jitr_stack.certificate_authority import CertificateAuthority
from jitr_stack.function import RuntimeFunction
from jitr_stack.named_resources import allow_on_named
from jitr_stack.platform import Platform
from jitr_stack.records import IssuanceRecords
from jitr_stack.settings import Settings

ONE_CPU = 1769
"""MB with which a function has one whole CPU (Lambda developer guide, "Configure Lambda function memory"). A
batch of requests keeps it busy: with less, it would take longer and cost the same."""


class Issuance(Construct):
    """The issuance function. Who may invoke it may bring devices into the fleet: grant it sparingly.

    It signs with `authority`, whose key must be held here (not external), for the settings'
    `device_validity_days`, and writes to `records`, by which `Registration` knows what was signed.
    """

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
        self._authorities = certificate_parameter(settings.name, "").removesuffix("/certificate").strip("/")
        self.issuer = RuntimeFunction(
            self,
            "Issuer",
            settings=settings,
            platform=platform,
            part="issuance",
            parts=["pki", "provisioning", "records"],
            requirements=True,
            timeout=cdk.Duration.seconds(30),
            memory_size=ONE_CPU,
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
        # A second certificate for a thing changes the first one's record: it is the only one no more.
        self.issuer.may(
            "dynamodb:BatchGetItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            on=records.table.table_arn,
        )
        self._may_look_for_what_things_need(settings)

    def grant_sign(self, grantee: iam.IGrantable) -> None:
        """Let `grantee`, of this stack or another one, run `jitr sign -e`: bring devices into the fleet."""
        stack = cdk.Stack.of(self)
        for action, resource in (
            ("lambda:InvokeFunction", self.issuer.function.function_arn),
            ("cloudformation:DescribeStacks", stack.stack_id),
            (
                "ssm:GetParametersByPath",
                stack.format_arn(service="ssm", resource="parameter", resource_name=self._authorities),
            ),
        ):
            iam.Grant.add_to_principal(grantee=grantee, actions=[action], resource_arns=[resource])

    def _may_look_for_what_things_need(self, settings: Settings) -> None:
        template = settings.provisioning.template
        if template.thing_type is not None:
            allow_on_named(self.issuer, "iot:DescribeThingType", "thingtype", template.thing_type, settings)
        for group in template.groups:
            allow_on_named(self.issuer, "iot:DescribeThingGroup", "thinggroup", group, settings)
        if template.billing_group is not None:
            allow_on_named(
                self.issuer, "iot:DescribeBillingGroup", "billinggroup", template.billing_group, settings
            )
