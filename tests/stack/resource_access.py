"""Who may use the resources of a template, as these say it, in a form that a test can write out."""

import json
from collections.abc import Iterator
from typing import Any

from aws_cdk.assertions import Template
from permissions import as_list, flat, unhashed

OF_RIGHTS = ("Policy", "Policies", "Attachment", "AccessKey", "::User", "::Group", "Url")
"""How the types of resources end that give rights, but for those that name a principal."""
READ = {"AWS::IAM::Policy", "AWS::IoT::Policy", "AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"}
"""The first two by `permissions.py` and `policy_documents.py`, the others here."""

Grant = tuple[str, str, tuple[str, ...], str]
"""Resource that says it, effect and principal, sorted actions, and everything else as JSON."""


def granted(template: Template) -> set[Grant]:
    """Every statement with a principal, wherever it stands: of a key, a queue, a role, a function."""
    return {
        grant
        for name, body in template.to_json()["Resources"].items()
        for statement in statements(body.get("Properties", {}))
        for grant in grants(unhashed(name), statement)
    }


def statements(value: Any) -> Iterator[dict[str, Any]]:
    """What names a principal: a statement of a policy, or the whole of an `AWS::Lambda::Permission`."""
    if isinstance(value, dict) and value.keys() & {"Principal", "NotPrincipal"}:
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from statements(part)


def grants(name: str, statement: dict[str, Any]) -> Iterator[Grant]:
    """One for each principal of a statement."""
    plain = {key: told(part) for key, part in statement.items()}
    effect = plain.pop("Effect", "Allow")
    actions = tuple(sorted(as_list(plain.pop("Action", []))))
    principals = plain.pop("Principal", {})
    rest = json.dumps(plain, sort_keys=True) if plain else ""
    kinds = principals if isinstance(principals, dict) else {"principal": principals}
    for kind, who in kinds.items():
        for each in as_list(who):
            yield name, f"{effect} {kind} {each}", actions, rest
    if not principals:
        yield name, effect, actions, rest


def told(value: Any) -> Any:
    """The value with logical ids in place of references."""
    match value:
        case list():
            return [told(part) for part in value]
        case {"Fn::Join": _} | {"Fn::GetAtt": _} | {"Ref": _}:
            return flat(value)
        case dict():
            return {key: told(part) for key, part in value.items()}
        case _:
            return value


def unread(template: Template) -> list[str]:
    """What gives rights in a place that no gate reads: policies of other types, and those within a role."""
    return sorted(
        unhashed(name)
        for name, body in template.to_json()["Resources"].items()
        if (body["Type"].endswith(OF_RIGHTS) and body["Type"] not in READ)
        or body.get("Properties", {}).keys() & {"Policies", "ManagedPolicyArns"}
    )
