"""Custom resources: a runtime function behind the CDK's provider framework.

The framework answers CloudFormation even if the function dies, so a deploy never waits for nothing.
"""

from typing import cast

from aws_cdk import aws_lambda as lambda_
from aws_cdk import custom_resources as cr
from constructs import Construct

from jitr_stack.findings import acknowledge_wildcard
from jitr_stack.function import RuntimeFunction, log_group, logging_role
from jitr_stack.settings import Settings


def provider(scope: Construct, settings: Settings, function: RuntimeFunction) -> cr.Provider:
    """Put the provider framework before `function`, with a log group and a role of its own."""
    logs = log_group(scope, "ProviderLogs", settings)
    role = logging_role(scope, "ProviderRole", logs)
    acknowledge_wildcard(
        role,
        f"{function.function.function_arn}:*",
        "the CDK's provider may invoke any version of this one function",
    )
    framework = cr.Provider(
        scope,
        "Provider",
        on_event_handler=function.function,
        log_group=logs,
        framework_on_event_role=role,
    )
    # The CDK describes it by its path in the app, which is another one in the pipeline: each way of deploying
    # would find a change in what the other one deployed.
    resource = cast("lambda_.CfnFunction", framework.node.find_child("framework-onEvent").node.default_child)
    resource.description = "The CDK's provider framework, which answers CloudFormation"
    return framework
