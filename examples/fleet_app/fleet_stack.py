"""What this fleet adds: its devices' telemetry, its factory, and whom to tell when no device may come in."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_iot as iot
from aws_cdk import aws_sns as sns
from constructs import Construct

from jitr_stack.stack import JitrStack

LATEST = "SELECT *, topic(1) AS thing, timestamp() AS received FROM '+/telemetry'"
"""A device publishes below its own name only, so the topic says which one it was."""


class FleetStack(cdk.Stack):
    """A stack beside `JitrStack`, which uses what that one has."""

    def __init__(self, scope: Construct, construct_id: str, *, registration: JitrStack) -> None:
        super().__init__(
            scope,
            construct_id,
            env=cdk.Environment(account=registration.account, region=registration.region),
            description="Telemetry, factory and alarms of the fleet",
        )
        self._keep_latest_telemetry()
        self._let_factory_issue(registration)
        self._tell_of_alarms(registration)

    def _keep_latest_telemetry(self) -> None:
        """Keep each device's latest message from `<thing>/telemetry`."""
        table = dynamodb.TableV2(
            self,
            "Telemetry",
            partition_key=dynamodb.Attribute(name="thing", type=dynamodb.AttributeType.STRING),
        )
        only_ours = {"StringEquals": {"aws:SourceAccount": self.account}}
        iot_of_ours = iam.ServicePrincipal("iot.amazonaws.com", conditions=only_ours)
        role = iam.Role(self, "TelemetryRole", assumed_by=iot_of_ours)
        granted = table.grant(role, "dynamodb:PutItem")
        rule = iot.CfnTopicRule(
            self,
            "TelemetryRule",
            topic_rule_payload=iot.CfnTopicRule.TopicRulePayloadProperty(
                aws_iot_sql_version="2016-03-23",
                sql=LATEST,
                actions=[
                    iot.CfnTopicRule.ActionProperty(
                        dynamo_d_bv2=iot.CfnTopicRule.DynamoDBv2ActionProperty(
                            put_item=iot.CfnTopicRule.PutItemInputProperty(table_name=table.table_name),
                            role_arn=role.role_arn,
                        )
                    )
                ],
            ),
        )
        granted.apply_before(rule)

    def _let_factory_issue(self, registration: JitrStack) -> None:
        """Make the role by which the factory runs `jitr sign -e fleet`: it brings devices into the fleet."""
        factory = iam.Role(self, "Factory", assumed_by=iam.AccountPrincipal(self.account))
        if registration.issuance:  # there is none where every authority's key is somebody else's
            registration.issuance.grant_sign(factory)

    def _tell_of_alarms(self, registration: JitrStack) -> None:
        """Tell the fleet's people when any alarm of the registration rings."""
        people = sns.Topic(self, "People", enforce_ssl=True)
        # A topic with a policy of its own has no default one, by which alarms may publish.
        people.grant_publish(iam.ServicePrincipal("cloudwatch.amazonaws.com"))
        alarm = cloudwatch.CompositeAlarm(
            self,
            "Registration",
            alarm_rule=cloudwatch.AlarmRule.any_of(*registration.monitoring.alarms.values()),
            alarm_description="Devices may not come in: `jitr doctor -e fleet` says more",
        )
        alarm.add_alarm_action(actions.SnsAction(people))
