"""What could not be seen: "nothing" is said only of what was seen whole."""

from collections.abc import Iterator

from jitr.diagnosis.facts import Authority, Facts
from jitr.diagnosis.part import Unread
from jitr.diagnosis.rules.access import unclear_policies
from jitr.diagnosis.rules.rule import covers, selects_some


def unclear(facts: Facts) -> Iterator[str]:
    """Say what keeps "nothing" from being said."""
    for part in _needed(facts):
        if isinstance(part, Unread):
            yield f"{part.what} could not be read"
    if facts.certificate_id is None:
        return
    if facts.status == "ACTIVE":
        if facts.client_id is None:
            yield "nobody knows which client id the device has: give it with --client-id"
        for name in unclear_policies(facts):
            yield f"the policy {name} has a part that is not understood here"
    elif facts.authority is None:
        yield "nobody knows which authority signed the certificate: give its file instead of its id"
    else:
        yield from _unclear_way(facts, facts.authority)


def _unclear_way(facts: Facts, authority: Authority | Unread) -> Iterator[str]:
    if isinstance(authority, Unread) or isinstance(facts.way.rules, Unread):
        return
    if authority.signed is None:
        yield f"the certificate's signature could not be checked against {authority.said}"
    for rule in facts.way.rules:
        if rule.there and covers(rule.sql, str(authority.id)) and selects_some(rule):
            yield f"the topic rule {rule.name} takes some events only, by its WHERE: {rule.sql}"


def _needed(facts: Facts) -> tuple[object, ...]:
    if facts.certificate_id is None:
        return (facts.holder, facts.record)
    if facts.status == "ACTIVE":
        return (facts.certificate, facts.attached, facts.thing, facts.policies)
    way, authority = facts.way, facts.authority
    return (
        facts.certificate,
        authority.held if isinstance(authority, Authority) else authority,
        way.rules,
        way.rule_denials,
        way.queue,
        way.consumer,
        way.function,
        way.denials,
        facts.record,
        facts.holder,
    )


def unread(facts: Facts) -> Iterator[Unread]:
    """Give every part that could not be read, needed or not."""
    authority, way = facts.authority, facts.way
    parts = (
        *_needed(facts),
        authority.held if isinstance(authority, Authority) else authority,
        *vars(facts).values(),
        *vars(way).values(),
    )
    yield from dict.fromkeys(part for part in parts if isinstance(part, Unread))
