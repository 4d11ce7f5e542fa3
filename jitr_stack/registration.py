"""Registration: topic rule -> queue -> function, and a dead-letter queue for what cannot be handled."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_iot as iot
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from contract import Variable
from jitr_stack.capacity import LONGEST_RETENTION, Capacity
from jitr_stack.certificate_authority import CertificateAuthority
from jitr_stack.device_access import DeviceAccess
from jitr_stack.function import RuntimeFunction
from jitr_stack.named_resources import allow_on_named
from jitr_stack.platform import Platform
from jitr_stack.records import IssuanceRecords
from jitr_stack.settings import Settings

RECEIVES = 1000
"""The most that SQS takes. The function itself buries what can never succeed, with its reason, and what the
queue would drop; this is left for messages that end the function, which nothing known does."""

MEMORY = 512
"""Megabytes, which is 0.3 of a processor: several times what a function's share takes (`make bench`)."""


class Registration(Construct):
    """What makes a just-in-time certificate ACTIVE, or keeps it out.

    It hears of certificates of the `authorities` that are open, looks each up in `records`, and gives those
    it lets in the policy of `access`. Queue and function are sized by the settings' `capacity`. `queue`,
    `dead_letters` and `registrar` are there to be watched: a message in `dead_letters` wants a person.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        platform: Platform,
        authorities: Sequence[CertificateAuthority],
        records: IssuanceRecords,
        access: DeviceAccess,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            retention_period=cdk.Duration.seconds(LONGEST_RETENTION),
            enforce_ssl=True,
        )
        capacity = settings.capacity
        self.queue = sqs.Queue(
            self,
            "Queue",
            retention_period=cdk.Duration.seconds(capacity.retention),
            visibility_timeout=cdk.Duration.seconds(capacity.visibility),
            enforce_ssl=True,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=RECEIVES),
        )
        self.registrar = self._registrar(settings, platform, authorities, records, access)
        self._consume(capacity)
        for authority in authorities:
            if authority.open:
                self._rule_for(authority)

    def _registrar(
        self,
        settings: Settings,
        platform: Platform,
        authorities: Sequence[CertificateAuthority],
        records: IssuanceRecords,
        access: DeviceAccess,
    ) -> RuntimeFunction:
        adopted = [each for each in authorities if each.authority_name in settings.adopted_authorities]
        registrar = RuntimeFunction(
            self,
            "Registrar",
            settings=settings,
            platform=platform,
            part="registration",
            parts=["records", *(["adoption", "pki", "provisioning"] if adopted else [])],
            # `cryptography` reads the certificates that come without a record, and is there for those alone.
            requirements=bool(adopted),
            timeout=cdk.Duration.seconds(settings.capacity.timeout),
            memory_size=MEMORY,
            environment={
                Variable.ENVIRONMENT: settings.name,
                Variable.ACCOUNT_ID: cdk.Aws.ACCOUNT_ID,
                Variable.CA_CERTIFICATE_IDS: _ids(authorities),
                Variable.DEVICE_POLICY: access.policy_name,
                Variable.ISSUANCE_RECORDS: records.table.table_name,
                **self._ways(settings),
                **self._extensions(settings, adopted),
            },
        )
        self._may_register(registrar)
        self._may_provision(registrar, settings)
        self._may_extend(registrar, settings)
        registrar.may(
            "dynamodb:BatchGetItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:GetItem",
            "dynamodb:UpdateItem",
            *(["dynamodb:PutItem"] if adopted else []),
            on=records.table.table_arn,
        )
        return registrar

    def _ways(self, settings: Settings) -> dict[Variable, str]:
        capacity = settings.capacity
        return {
            Variable.REGISTRATION_QUEUE: self.queue.queue_url,
            Variable.QUEUE_RETENTION_SECONDS: str(capacity.retention),
            Variable.DEAD_LETTER_QUEUE: self.dead_letters.queue_url,
            Variable.REGISTRATIONS_PER_SECOND: f"{capacity.share_of_registrations:g}",
            Variable.REFUSALS_PER_SECOND: f"{capacity.share_of_refusals:g}",
            Variable.SECOND_CERTIFICATE: settings.second_certificate.value,
        }

    @staticmethod
    def _extensions(settings: Settings, adopted: Sequence[CertificateAuthority]) -> dict[Variable, str]:
        given = {
            Variable.ADOPTED_CA_CERTIFICATE_IDS: _ids(adopted),
            Variable.DECISION_FUNCTION: settings.decision_function,
            Variable.EVENT_BUS: settings.event_bus,
            Variable.PROVISIONING_TEMPLATE: settings.provisioning.template.to_json() if adopted else None,
        }
        return {variable: value for variable, value in given.items() if value}

    @staticmethod
    def _may_provision(registrar: RuntimeFunction, settings: Settings) -> None:
        template = settings.provisioning.template
        if template.billing_group is not None:
            allow_on_named(registrar, "iot:CreateThing", "billinggroup", template.billing_group, settings)
        for group in template.groups:
            allow_on_named(registrar, "iot:AddThingToThingGroup", "thinggroup", group, settings)
        if template.groups:
            registrar.may_on_any(
                "iot:AddThingToThingGroup",
                on=cdk.Stack.of(registrar).format_arn(service="iot", resource="thing", resource_name="*"),
                because="which device comes is not known before it connects",
            )

    def _may_extend(self, registrar: RuntimeFunction, settings: Settings) -> None:
        if settings.decision_function:
            registrar.may("lambda:InvokeFunction", on=settings.decision_function)
        if settings.event_bus:
            registrar.may("events:PutEvents", on=self._bus_arn(settings.event_bus))

    def _bus_arn(self, bus: str) -> str:
        if bus.startswith("arn:"):
            return bus
        return cdk.Stack.of(self).format_arn(service="events", resource="event-bus", resource_name=bus)

    def _consume(self, capacity: Capacity) -> None:
        # Not `SqsEventSource`: it grants GetQueueUrl, which nothing here uses.
        self.registrar.may(
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
            on=self.queue.queue_arn,
        )
        self.registrar.may("sqs:SendMessage", on=self.dead_letters.queue_arn)
        mapping = lambda_.EventSourceMapping(
            self,
            "Consumer",
            target=self.registrar.function,
            event_source_arn=self.queue.queue_arn,
            batch_size=capacity.batch,
            max_concurrency=capacity.concurrency,
            report_batch_item_failures=True,
        )
        mapping.node.add_dependency(self.registrar.role)

    def _may_register(self, registrar: RuntimeFunction) -> None:
        stack = cdk.Stack.of(self)
        registrar.may_on_any(
            "iot:AttachPolicy",
            "iot:AttachThingPrincipal",
            "iot:DescribeCertificate",
            "iot:UpdateCertificate",
            on=stack.format_arn(service="iot", resource="cert", resource_name="*"),
            because="which certificate comes is not known before its device connects",
        )
        registrar.may_on_any(
            "iot:CreateThing",
            "iot:DescribeThing",
            on=stack.format_arn(service="iot", resource="thing", resource_name="*"),
            because="which device comes is not known before it connects",
        )
        registrar.may_on_any(
            "iot:ListPrincipalThings", on="*", because="AWS authorises it on no narrower resource"
        )

    def _rule_for(self, authority: CertificateAuthority) -> None:
        name = authority.node.id
        role = self._rule_role(name)
        rule = iot.CfnTopicRule(
            self,
            f"{name}Rule",
            topic_rule_payload=iot.CfnTopicRule.TopicRulePayloadProperty(
                aws_iot_sql_version="2016-03-23",
                description=f"Certificates of {name} that ask to be registered",
                sql=_events_of(authority.certificate_id),
                actions=[self._send_to(self.queue, role)],
                error_action=self._send_to(self.dead_letters, role),
            ),
        )
        rule.node.add_dependency(role)

    def _rule_role(self, name: str) -> iam.Role:
        role = iam.Role(
            self,
            f"{name}RuleRole",
            assumed_by=iam.ServicePrincipal(
                "iot.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
            ),
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["sqs:SendMessage"], resources=[self.queue.queue_arn, self.dead_letters.queue_arn]
            )
        )
        return role

    @staticmethod
    def _send_to(queue: sqs.Queue, role: iam.Role) -> iot.CfnTopicRule.ActionProperty:
        return iot.CfnTopicRule.ActionProperty(
            sqs=iot.CfnTopicRule.SqsActionProperty(
                queue_url=queue.queue_url, role_arn=role.role_arn, use_base64=False
            )
        )


def _ids(authorities: Sequence[CertificateAuthority]) -> str:
    return ",".join(authority.certificate_id for authority in authorities)


def _events_of(certificate_id: str) -> str:
    # Bound to this CA: a `+` would catch the events of every CA in the account.
    return f"SELECT * FROM '$aws/events/certificates/registered/{certificate_id}'"  # nosec B608 # noqa: S608  no user's text
