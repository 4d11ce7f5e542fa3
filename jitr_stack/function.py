"""A runtime function with its own log group and a role that may write to it, and nothing else."""

from collections.abc import Mapping, Sequence
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from contract import Variable
from jitr_stack.bundling import function_code
from jitr_stack.findings import acknowledge_wildcard
from jitr_stack.platform import Platform
from jitr_stack.settings import Settings


class RuntimeFunction(Construct):
    """A function of `lambda_src/<part>/handler.py`, its log group and its role.

    `entry` is the handler's name there; `parts` are the folders it carries besides its own;
    `requirements` adds the locked wheels.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        platform: Platform,
        part: str,
        entry: str = "handle",
        parts: Sequence[str],
        requirements: bool,
        timeout: cdk.Duration,
        memory_size: int,
        environment: Mapping[Variable, str],
    ) -> None:
        super().__init__(scope, construct_id)
        self.part = part
        self.parts = (part, *parts)
        self.platform = platform
        self.requirements = requirements
        self.log_group = log_group(self, "Logs", settings)
        self.role = logging_role(self, "Role", self.log_group)
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=platform.runtime,
            architecture=platform.lambda_architecture,
            code=function_code(self.parts, platform, requirements=requirements),
            handler=f"{part}.handler.{entry}",
            role=self.role,
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            timeout=timeout,
            memory_size=memory_size,
            environment={str(name): value for name, value in environment.items()},
        )

    def may(self, *actions: str, on: str) -> None:
        """Allow `actions` on the resource `on` (an ARN without wildcards)."""
        self.role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[on]))

    def may_on_any(self, *actions: str, on: str, because: str) -> None:
        """Allow `actions` on what the wildcard `on` covers; `because` says why no narrower one will do."""
        self.may(*actions, on=on)
        acknowledge_wildcard(self.role, on, because)


def log_group(scope: Construct, construct_id: str, settings: Settings) -> logs.LogGroup:
    """Make a log group with the environment's retention and removal policy."""
    group = logs.LogGroup(scope, construct_id, removal_policy=removal_policy(settings))
    resource = cast("logs.CfnLogGroup", group.node.default_child)
    resource.retention_in_days = settings.log_retention_days  # the construct takes names of days, not days
    return group


def logging_role(scope: Construct, construct_id: str, group: logs.LogGroup) -> iam.Role:
    """Make a Lambda role that may write to `group`, in place of the managed policy that may write to all."""
    role = iam.Role(scope, construct_id, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    group.grant_write(role)
    return role


def removal_policy(settings: Settings) -> cdk.RemovalPolicy:
    """Give the environment's removal policy for what holds state."""
    return cdk.RemovalPolicy.RETAIN if settings.removal == "retain" else cdk.RemovalPolicy.DESTROY


def removal_policy_once_in_use(settings: Settings) -> cdk.RemovalPolicy:
    """Give the same, except that a deploy that fails takes back what it made itself.

    An authority that a failed deploy left behind, with a key that nobody uses, would stand in the way of the
    next one (CloudFormation user guide, "DeletionPolicy", RetainExceptOnCreate).
    """
    if settings.removal == "retain":
        return cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
    return cdk.RemovalPolicy.DESTROY
