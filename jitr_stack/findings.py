"""Acknowledging a finding of cdk-nag: one finding, one reason, at the construct that causes it."""

from typing import Any

import aws_cdk as cdk
from constructs import IConstruct


def acknowledge(construct: IConstruct, finding: str, reason: str) -> None:
    """Accept one finding (`AwsSolutions-XYZ1` or `AwsSolutions-XYZ1[detail]`) on `construct`."""
    cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=finding, reason=reason))


def acknowledge_wildcard(construct: IConstruct, arn: str, reason: str) -> None:
    """Accept that a role's policy names `arn`, which holds a wildcard (rule IAM5)."""
    acknowledge(
        construct, f"AwsSolutions-IAM5[Resource::{_flat(cdk.Stack.of(construct).resolve(arn))}]", reason
    )


def _flat(value: Any) -> str:  # noqa: ANN401  a resolved token is any JSON
    """Write a resolved token as cdk-nag does: `<LogicalId.Attribute>`, `<AWS::Region>`."""
    match value:
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(map(_flat, parts))
        case {"Fn::GetAtt": [str(logical_id), str(attribute)]}:
            return f"<{logical_id}.{attribute}>"
        case {"Ref": str(name)}:
            return f"<{name}>"
        case _:
            return str(value)
