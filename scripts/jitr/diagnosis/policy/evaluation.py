"""Whether policies let a connection do something: a Deny wins, and without an Allow nothing goes."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jitr.diagnosis.policy.conditions import Holds, conditions_hold, every, some
from jitr.diagnosis.policy.connection import Connection, UnknownVariable, pattern

EFFECTS = ("Allow", "Deny")
UNUSUAL = frozenset({"NotAction", "NotResource", "Principal", "NotPrincipal"})
"""Elements that AWS IoT's documentation does not describe for its policies."""


@dataclass(frozen=True)
class Document:
    """A policy by its name, and its statements; `broken` says why it has none that can be read."""

    name: str
    statements: tuple[dict[str, Any], ...] = ()
    broken: str | None = None


@dataclass(frozen=True)
class Verdict:
    """Whether an action is allowed, and by which policies it is, is not, or may not be."""

    allowed: Holds
    allowing: tuple[str, ...] = ()
    denying: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    """Names of policies with a statement that may decide it and is not understood here."""


def read_document(name: str, text: str) -> Document:
    """Read a policy's document (JSON); one that is none is said to be broken."""
    try:
        statements = json.loads(text)["Statement"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Document(name, broken="it is no policy document")
    found = statements if isinstance(statements, list) else [statements]
    if not all(isinstance(each, dict) and each.get("Effect") in EFFECTS for each in found):
        return Document(name, broken="a statement neither allows nor denies")
    return Document(name, tuple(found))


def evaluate(policies: Iterable[Document], action: str, resource: str, connection: Connection) -> Verdict:
    """Evaluate policies.

    Args:
        policies: all that the connection has.
        action: such as `iot:Connect`.
        resource: ARN.
        connection: whose variables are filled in.
    """
    found: dict[tuple[str, Holds], list[str]] = {}
    for policy in policies:
        if policy.broken:
            found.setdefault(("Allow", Holds.UNKNOWN), []).append(policy.name)
        for statement in policy.statements:
            applies = _applies(statement, action, resource, connection)
            found.setdefault((statement["Effect"], applies), []).append(policy.name)
    allowing, denying = found.get(("Allow", Holds.YES), []), found.get(("Deny", Holds.YES), [])
    may_allow, may_deny = found.get(("Allow", Holds.UNKNOWN), []), found.get(("Deny", Holds.UNKNOWN), [])
    return Verdict(
        _decision(allowing=allowing, denying=denying, may_allow=may_allow, may_deny=may_deny),
        *(tuple(dict.fromkeys(names)) for names in (allowing, denying, [*may_allow, *may_deny])),
    )


def _decision(*, allowing: list[str], denying: list[str], may_allow: list[str], may_deny: list[str]) -> Holds:
    if denying or not (allowing or may_allow):
        return Holds.NO
    return Holds.UNKNOWN if may_deny or not allowing else Holds.YES


def _applies(statement: dict[str, Any], action: str, resource: str, connection: Connection) -> Holds:
    """Tell whether a statement is about this action on this resource, now."""
    if UNUSUAL & statement.keys():
        return Holds.UNKNOWN
    return every(
        [
            _matches_one(statement.get("Action", []), action, connection, letters=False),
            _matches_one(statement.get("Resource", []), resource, connection, letters=True),
            conditions_hold(statement["Condition"], connection) if "Condition" in statement else Holds.YES,
        ]
    )


def _matches_one(texts: object, value: str, connection: Connection, *, letters: bool) -> Holds:
    several = texts if isinstance(texts, list) else [texts]
    return some(_matches(str(text), value, connection, letters=letters) for text in several)


def _matches(text: str, value: str, connection: Connection, *, letters: bool) -> Holds:
    """Tell whether a text with wildcards is the value's; `letters` whether capitals count."""
    try:
        wild = pattern(text if letters else text.lower(), connection)
    except UnknownVariable:
        return Holds.UNKNOWN
    found = wild is not None and wild.fullmatch(value if letters else value.lower())
    return Holds.YES if found else Holds.NO
