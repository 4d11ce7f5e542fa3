"""Acknowledging a finding of cdk-nag: one finding, one reason, at the construct that causes it."""

from collections.abc import Iterator
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import IConstruct


def acknowledge(construct: IConstruct, finding: str, reason: str) -> None:
    """Accept one finding (`AwsSolutions-XYZ1` or `AwsSolutions-XYZ1[detail]`) on `construct`."""
    cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=finding, reason=reason))


def acknowledge_wildcard(construct: IConstruct, arn: str, reason: str) -> None:
    """Accept that a role's policy names `arn`, which holds a wildcard (rule IAM5)."""
    acknowledge(
        construct, f"AwsSolutions-IAM5[Resource::{_flat(cdk.Stack.of(construct).resolve(arn))}]", reason
    )


def wildcards(role: iam.Role) -> Iterator[str]:
    """Give what a role's policy names with a wildcard, as cdk-nag does: `Action::…`, `Resource::…`."""
    policy = role.node.try_find_child("DefaultPolicy")
    if not isinstance(policy, iam.Policy):
        return
    for statement in cdk.Stack.of(role).resolve(policy.document.to_json())["Statement"]:
        for kind in ("Action", "Resource"):
            for each in _as_list(statement[kind]):
                if "*" in (name := _flat(each)):
                    yield f"{kind}::{name}"


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


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
