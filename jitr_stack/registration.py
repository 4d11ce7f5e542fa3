"""Registration: topic rule -> queue -> function, and a dead-letter queue for what cannot be handled."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_iot as iot
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from contract import Variable
from jitr_stack.certificate_authority import CertificateAuthority
from jitr_stack.device_access import DeviceAccess
from jitr_stack.function import RuntimeFunction
from jitr_stack.platform import Platform
from jitr_stack.records import IssuanceRecords
from jitr_stack.settings import Settings

TIMEOUT = cdk.Duration.seconds(30)
VISIBILITY = cdk.Duration.seconds(180)
"""Six times the function's timeout (Lambda developer guide, "Using Lambda with Amazon SQS")."""

RETENTION = cdk.Duration.days(7)
"""An account activates ten devices a second: a million, which is a day and four hours, may wait."""

DEAD_LETTER_RETENTION = cdk.Duration.days(14)
"""The longest SQS keeps a message. Its time in the first queue counts, so this must be the longer one (SQS
developer guide, "Setting-up dead-letter queue retention")."""

RECEIVES = 5
"""Deliveries before a message goes to the dead-letter queue; the least AWS advises."""


class Registration(Construct):
    """What makes a just-in-time certificate ACTIVE, or keeps it out."""

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
            self, "DeadLetters", retention_period=DEAD_LETTER_RETENTION, enforce_ssl=True
        )
        self.queue = sqs.Queue(
            self,
            "Queue",
            retention_period=RETENTION,
            visibility_timeout=VISIBILITY,
            enforce_ssl=True,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=RECEIVES),
        )
        self.registrar = self._registrar(settings, platform, authorities, records, access)
        self._consume()
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
        registrar = RuntimeFunction(
            self,
            "Registrar",
            settings=settings,
            platform=platform,
            part="registration",
            parts=["records"],
            requirements=False,
            timeout=TIMEOUT,
            memory_size=256,
            environment={
                Variable.ENVIRONMENT: settings.name,
                Variable.ACCOUNT_ID: cdk.Aws.ACCOUNT_ID,
                Variable.CA_CERTIFICATE_IDS: ",".join(authority.certificate_id for authority in authorities),
                Variable.DEVICE_POLICY: access.policy_name,
                Variable.ISSUANCE_RECORDS: records.table.table_name,
            },
        )
        self._may_register(registrar)
        registrar.may("dynamodb:GetItem", "dynamodb:UpdateItem", on=records.table.table_arn)
        return registrar

    def _consume(self) -> None:
        # Not `SqsEventSource`: it grants GetQueueUrl and ChangeMessageVisibility, which nothing here uses.
        self.registrar.may(
            "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", on=self.queue.queue_arn
        )
        mapping = lambda_.EventSourceMapping(
            self,
            "Consumer",
            target=self.registrar.function,
            event_source_arn=self.queue.queue_arn,
            batch_size=10,
            max_concurrency=2,
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
            on=stack.format_arn(service="iot", resource="thing", resource_name="*"),
            because="which device comes is not known before it connects",
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


def _events_of(certificate_id: str) -> str:
    # Bound to this CA: a `+` would catch the events of every CA in the account.
    return f"SELECT * FROM '$aws/events/certificates/registered/{certificate_id}'"  # noqa: S608  no user's text
