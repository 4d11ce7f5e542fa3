"""What AWS's Service Authorization Reference says of actions and resources, by cfn-lint's copy of it."""

import re
from collections.abc import Iterator
from typing import Any

from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource
from permissions import as_list

SERVICES = load_resource(AdditionalSpecs, "Policies.json")
KEYS = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}


def faults(document: dict[str, Any]) -> Iterator[str]:
    """Say what is wrong with an identity's or a device's policy: one line for each fault."""
    yield from malformed(document)
    for statement in document["Statement"]:
        resources = as_list(statement["Resource"])
        for action in as_list(statement["Action"]):
            if not known(action):
                yield f"{action}: no such action"
            elif not any(fits(resource, action) for resource in resources):
                yield f"{action}: not authorised on {', '.join(resources)}"
        for resource in set(resources) - {"*"}:
            if not any(fits(resource, action) for action in as_list(statement["Action"])):
                yield f"{resource}: none of the statement's actions is authorised on it"


def malformed(document: dict[str, Any]) -> Iterator[str]:
    """Say what is wrong with the form of any policy: one line for each fault."""
    if document["Version"] != "2012-10-17":
        yield f"version {document['Version']}"
    for statement in document["Statement"]:
        if extra := set(statement) - KEYS:
            yield f"unknown keys {sorted(extra)}"
        if statement["Effect"] not in {"Allow", "Deny"}:
            yield f"effect {statement['Effect']}"


def known(action: str) -> bool:
    """Whether AWS has the action."""
    service, _, name = action.partition(":")
    return name.lower() in SERVICES.get(service, {}).get("Actions", {})


def fits(resource: str, action: str) -> bool:
    """Whether the action is authorised on what the ARN names; `*` fits where AWS offers no resource."""
    formats = [arn for kind in kinds(action) for arn in arns(action, kind)]
    if not formats:
        return resource == "*"
    return any(re.fullmatch(arn, resource) for arn in formats)


def kinds(action: str) -> list[str]:
    """Types of resources that the action is authorised on."""
    service, _, name = action.partition(":")
    actions = SERVICES.get(service, {}).get("Actions", {})
    return actions.get(name.lower(), {}).get("Resources", [])


def arns(action: str, kind: str) -> list[str]:
    """Patterns of the ARNs of a type of resource."""
    formats = SERVICES[action.partition(":")[0]]["Resources"][kind.lower()]["ARNFormats"]
    return [re.sub(r"\$\{\w+\}", "[^:]*", arn) for arn in formats]
