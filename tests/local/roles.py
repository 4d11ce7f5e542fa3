"""The roles of a deployed stack, and the actions of their policies."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fleet import Fleet

from contract import stack_name

HASH = 8
"""Hexadecimal digits with which the CDK ends a logical id."""

Document = Mapping[str, Any]
"""A policy document."""


@dataclass(frozen=True)
class Role:
    """A role: its name in IAM, its one inline policy."""

    name: str
    policy: str
    document: Document

    @property
    def actions(self) -> frozenset[str]:
        """All that its policy allows, on whatever."""
        return actions_of(self.document)


def actions_of(document: Document) -> frozenset[str]:
    """The actions of a policy document."""
    return frozenset(action for statement in document["Statement"] for action in listed(statement["Action"]))


def listed(actions: str | list[str]) -> list[str]:
    """Actions of a statement, which may be one alone."""
    return [actions] if isinstance(actions, str) else actions


def physical_ids(fleet: Fleet, kind: str) -> dict[str, str]:
    """The stack's resources of a type: logical id without its hash, physical id."""
    pages = fleet.client("cloudformation").get_paginator("list_stack_resources")
    found: Iterable[dict[str, str]] = pages.paginate(StackName=stack_name(fleet.environment)).search(
        "StackResourceSummaries[]"
    )
    return {
        resource["LogicalResourceId"][:-HASH]: resource["PhysicalResourceId"]
        for resource in found
        if resource["ResourceType"] == kind
    }


def roles(fleet: Fleet) -> dict[str, Role]:
    """Every role of the environment's stack that has a policy, by logical id."""
    return {logical: role(fleet, name) for logical, name in physical_ids(fleet, "AWS::IAM::Role").items()}


def role(fleet: Fleet, name: str) -> Role:
    """A role, by its name in IAM."""
    iam = fleet.client("iam")
    (policy,) = iam.list_role_policies(RoleName=name)["PolicyNames"]
    document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    return Role(name, policy, json.loads(document) if isinstance(document, str) else document)
