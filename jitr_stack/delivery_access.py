"""What the pipeline may do in an environment beside deploying it, and the one alarm that it asks about.

A stack of its own: deploying the environment by hand leaves it alone. Nothing is imported from the
environment's stack, so nothing here keeps that from changing; what is in it is named as CloudFormation does.
"""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam

from contract import stack_name
from jitr_stack import naming
from jitr_stack.findings import acknowledge, acknowledge_wildcard
from jitr_stack.settings import Settings
from jitr_stack.smoke_access import smoke_permissions
from jitr_stack.stage import EnvironmentStage

PIPELINE_STACK = "jitr-pipeline"
"""Name of the pipeline's stack."""


def smoke_role_name(environment: str) -> str:
    """Give the name of the role in which the environment is tried after a deploy."""
    return f"{stack_name(environment)}-smoke"


def build_role_name(environment: str) -> str:
    """Give the name of the role, in the pipeline's account, of the build that takes the one above."""
    return f"{PIPELINE_STACK}-{environment}"


def alarm_name(environment: str) -> str:
    """Give the name of the alarm that is on while any is that a deploy may have set off."""
    return f"{stack_name(environment)}-any"


class DeliveryAccess(cdk.Stack):
    """The role that the pipeline takes in the environment's account, and the alarm on which it goes back."""

    def __init__(self, stage: EnvironmentStage, settings: Settings, *, pipeline_account: str) -> None:
        environment = settings.name
        super().__init__(
            stage,
            "delivery",
            stack_name=f"{stack_name(environment)}-delivery",
            description=f"What the pipeline may do in environment {environment}",
        )
        for key, value in naming.resource_tags(environment, settings.tags).items():
            cdk.Tags.of(self).add(key, value)
        self.add_stack_dependency(stage.stack, reason="its alarms must be there")
        self._pipeline_account = pipeline_account
        role = self._smoke_role(environment)
        self.watched = self._alarm(environment, stage.stack.monitoring.by_a_deploy)
        if self.watched:
            _let_read_alarms(role)

    def _smoke_role(self, environment: str) -> iam.Role:
        """Make a role for the role of one build, and for no other of the pipeline's account.

        A principal must be there when a role is made that trusts it, which the build's need not: so the
        account is trusted, on a condition.
        """
        build = build_role_name(environment)
        role = iam.Role(
            self,
            "Smoke",
            role_name=smoke_role_name(environment),
            description="Runs jitr smoke after a deploy, and watches the environment's alarm",
            assumed_by=iam.AccountPrincipal(self._pipeline_account).with_conditions(
                {
                    "ArnEquals": {
                        "aws:PrincipalArn": f"arn:{self.partition}:iam::{self._pipeline_account}:role/{build}"
                    }
                }
            ),
        )
        for permission in smoke_permissions(environment):
            arns = permission.arns(self.partition, self.region, self.account)
            role.add_to_policy(iam.PolicyStatement(actions=list(permission.actions), resources=arns))
            for arn in arns:
                if "*" in arn:
                    acknowledge_wildcard(role, arn, permission.because)
        return role

    def _alarm(self, environment: str, alarms: list[str]) -> bool:
        """Make one alarm of all, so that the pipeline has one to watch; say whether there is any."""
        if not alarms:
            return False
        cloudwatch.CompositeAlarm(
            self,
            "Any",
            composite_alarm_name=alarm_name(environment),
            alarm_description=f"A function of environment {environment} fails; the pipeline rolls back on it",
            alarm_rule=cloudwatch.AlarmRule.any_of(
                *(cloudwatch.AlarmRule.from_string(f'ALARM("{each}")') for each in alarms)
            ),
        )
        return True


def _let_read_alarms(role: iam.Role) -> None:
    role.add_to_policy(iam.PolicyStatement(actions=["cloudwatch:DescribeAlarms"], resources=["*"]))
    acknowledge(
        role,
        "AwsSolutions-IAM5[Resource::*]",
        "composite alarms are shown only to who may describe all alarms (DescribeAlarms, API reference)",
    )
