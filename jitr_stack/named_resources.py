"""Permissions on what the provisioning template names: thing types, thing groups, billing groups."""

import aws_cdk as cdk

from jitr_stack.function import RuntimeFunction
from jitr_stack.settings import Settings
from provisioning.template import FIELDS, Text


def allow_on_named(
    function: RuntimeFunction, action: str, resource: str, name: str, settings: Settings
) -> None:
    """Allow an action on a resource of AWS IoT's registry that the template names.

    Args:
        function: that gets the permission.
        action: `iot:DescribeThingType` and its like.
        resource: its kind, as in an ARN: `thingtype`, `thinggroup`, `billinggroup`.
        name: as the template has it, with placeholders.
        settings: of the environment.
    """
    known = _as_known(name, settings)
    arn = cdk.Stack.of(function).format_arn(service="iot", resource=resource, resource_name=known)
    if "*" in known:
        function.may_on_any(
            action, on=arn, because="which one it is comes from the template, for each certificate"
        )
    else:
        function.may(action, on=arn)


def _as_known(name: str, settings: Settings) -> str:
    """Fill in what the deploy knows, and a wildcard for what only a certificate tells."""
    known = {
        "environment.name": settings.name,
        "environment.account": cdk.Aws.ACCOUNT_ID,
        "environment.region": cdk.Aws.REGION,
    }
    return Text(name).substitute(dict.fromkeys(FIELDS, "*") | known)
