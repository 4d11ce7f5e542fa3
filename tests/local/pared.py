"""A role without one of its actions, for a while."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from fleet import Fleet, awaited
from roles import Document, Role, listed, role

ALSO = MappingProxyType({"sqs:ChangeMessageVisibility": "sqs:ChangeMessageVisibilityBatch"})
"""What the embedded AWS makes two actions of, and AWS one (`jitr_stack/concessions.py`)."""


@contextmanager
def without(fleet: Fleet, whole: Role, action: str) -> Iterator[None]:
    """Take an action from a role, wherever its policy allows it, and give it back in the end."""
    put(fleet, whole, pared(whole.document, {action, ALSO.get(action, action)}))
    try:
        yield
    finally:
        put(fleet, whole, whole.document)


def put(fleet: Fleet, whole: Role, document: Document) -> None:
    """Write a role's policy, and wait until it is read as it was written."""
    fleet.client("iam").put_role_policy(
        RoleName=whole.name, PolicyName=whole.policy, PolicyDocument=json.dumps(document)
    )
    awaited(lambda: role(fleet, whole.name).document == document)


def pared(document: Document, actions: Collection[str]) -> dict[str, Any]:
    """A policy document without some actions; a statement that has no other is gone."""
    left = (kept(statement, actions) for statement in document["Statement"])
    return {**document, "Statement": [statement for statement in left if statement["Action"]]}


def kept(statement: Mapping[str, Any], actions: Collection[str]) -> dict[str, Any]:
    """A statement without some actions."""
    return {
        **statement,
        "Action": [action for action in listed(statement["Action"]) if action not in actions],
    }
