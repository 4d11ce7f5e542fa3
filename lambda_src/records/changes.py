"""Conditional changes of one item, in the words of DynamoDB's expressions."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract import RECORD_KEY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import ConditionCheckTypeDef, UpdateTypeDef


@dataclass(frozen=True)
class Condition:
    """What must hold for a write: attributes in the text are written `#attribute`, values `:name`."""

    text: str
    values: Mapping[str, str]
    """Text by `:name`."""


def check(table: str, key: str, condition: Condition) -> "ConditionCheckTypeDef":
    """Give the part of a transaction that changes nothing, and fails it unless a condition holds."""
    return {
        "TableName": table,
        "Key": {RECORD_KEY: {"S": key}},
        "ConditionExpression": condition.text,
        "ExpressionAttributeNames": _names(_attributes(condition)),
        "ExpressionAttributeValues": {name: {"S": value} for name, value in condition.values.items()},
    }


def change(
    table: str, key: str, changes: Mapping[str, str], condition: Condition, removed: Collection[str] = ()
) -> "UpdateTypeDef":
    """Give the update that sets attributes, and takes the `removed` ones away, if a condition holds."""
    values = {f":{name}": value for name, value in changes.items()} | dict(condition.values)
    sets = f"SET {', '.join(f'#{name} = :{name}' for name in changes)}" if changes else ""
    removes = f"REMOVE {', '.join(f'#{name}' for name in removed)}" if removed else ""
    update: UpdateTypeDef = {
        "TableName": table,
        "Key": {RECORD_KEY: {"S": key}},
        "UpdateExpression": f"{sets} {removes}".strip(),
        "ConditionExpression": condition.text,
        "ExpressionAttributeNames": _names(_attributes(condition) | {*changes, *removed}),
    }
    if values:  # DynamoDB takes no empty map of values
        update["ExpressionAttributeValues"] = {name: {"S": value} for name, value in values.items()}
    return update


def _attributes(condition: Condition) -> set[str]:
    return set(re.findall(r"#(\w+)", condition.text))


def _names(attributes: Collection[str]) -> dict[str, str]:
    # `state` is a reserved word in DynamoDB's expressions, so names are never written plainly.
    return {f"#{name}": name for name in sorted(attributes)}
