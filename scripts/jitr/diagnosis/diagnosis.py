"""What the facts come to: findings in the order in which they are to be mended, or that there are none."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from jitr.diagnosis.commands import Commands
from jitr.diagnosis.facts import Authority, Facts, Kind
from jitr.diagnosis.finding import Cause, Finding
from jitr.diagnosis.part import Unread
from jitr.diagnosis.rules.access import refused_connection, unclear_policies
from jitr.diagnosis.rules.authority import closed_authority
from jitr.diagnosis.rules.certificate import sign_anew, unusable_certificate
from jitr.diagnosis.rules.consumer import idle_function, stuck_queue
from jitr.diagnosis.rules.record import missing_record, record_of_another, second_certificate, tombstone
from jitr.diagnosis.rules.rule import covers, idle_rule, selects_some
from jitr.diagnosis.rules.switched_off import switched_off
from jitr.diagnosis.rules.thing import wrong_thing
from jitr.diagnosis.rules.waiting import dead_letters, still_waiting
from records.record import IssuanceRecord
from records.state import TOMBSTONES, State

Rule = Callable[[Facts], Iterator[Finding]]


class Answer(StrEnum):
    """What stands in the way."""

    NOTHING = "nothing"
    SOMETHING = "something"
    UNCLEAR = "unclear"
    """Nothing was found, but not all that could be in the way was to be seen."""


@dataclass(frozen=True)
class Diagnosis:
    """The facts, and what they come to."""

    facts: Facts
    answer: Answer
    findings: tuple[Finding, ...]
    unclear: tuple[str, ...]
    """Why nothing can be ruled out, a sentence each."""
    unread: tuple[Unread, ...]
    """All that could not be read, needed or not."""


def diagnose(facts: Facts) -> Diagnosis:
    """Judge the facts. It calls nothing, and raises nothing."""
    findings = tuple(_findings(facts))
    unclear = tuple(_unclear(facts))
    answer = Answer.SOMETHING if findings else Answer.UNCLEAR if unclear else Answer.NOTHING
    return Diagnosis(facts, answer, findings, unclear, tuple(_unread(facts)))


def _findings(facts: Facts) -> Iterator[Finding]:
    if facts.certificate_id is None:
        yield from _nothing_issued(facts)
        return
    if facts.status == "ACTIVE":
        yield from _all(facts, ACCESS)
    elif facts.status in {None, "PENDING_ACTIVATION"}:
        yield from _coming_in(facts)
    else:
        yield from _switched_off(facts)


def _coming_in(facts: Facts) -> Iterator[Finding]:
    """Follow a certificate that is not ACTIVE yet along its way in."""
    found = list(_all(facts, ADMISSION))
    yield from found
    if facts.status is not None and not found:
        yield from still_waiting(facts)


def _switched_off(facts: Facts) -> Iterator[Finding]:
    """Find out who switched a certificate off, and if it may be switched on, what it would meet then."""
    off = list(switched_off(facts))
    yield from off
    by_hand = any(finding.cause is Cause.INACTIVE for finding in off)
    yield from _all(facts, ACCESS if by_hand else (unusable_certificate,))


def recorded(facts: Facts) -> Iterator[Finding]:
    """Ask the record, which decides, whether the certificate will be activated."""
    record = facts.record
    if isinstance(record, Unread):
        if record.broken:
            yield Finding(Cause.RECORD_BROKEN, f"The issuance record cannot be read: {record.why}", mend=())
    elif record is None:
        yield from missing_record(facts)
    elif record.state in TOMBSTONES:
        yield from tombstone(facts, record)
    elif record.state is State.REGISTERED:
        yield _deleted_since(facts, record)
    else:
        yield from record_of_another(facts)
        yield from second_certificate(facts)


ACCESS: tuple[Rule, ...] = (unusable_certificate, wrong_thing, refused_connection)
"""What a connection with an ACTIVE certificate meets."""

ADMISSION: tuple[Rule, ...] = (
    unusable_certificate,
    closed_authority,
    idle_rule,
    stuck_queue,
    idle_function,
    recorded,
    dead_letters,
)
"""What a certificate meets that AWS IoT never saw, or has announced."""


def _all(facts: Facts, rules: Iterable[Rule]) -> Iterator[Finding]:
    for rule in rules:
        yield from rule(facts)


def _nothing_issued(facts: Facts) -> Iterator[Finding]:
    if facts.question.kind is Kind.THING and not isinstance(facts.holder, Unread):
        yield Finding(
            Cause.NOTHING_ISSUED,
            f"No certificate is known for a thing {facts.question.text}: none was ever recorded for it in "
            f"environment {facts.place.environment}, and none is attached to it.",
            advice="Check the name; if it is right, sign the device's request.",
            mend=(sign_anew(facts),),
        )


def _deleted_since(facts: Facts, record: IssuanceRecord) -> Finding:
    commands = Commands(facts.place)
    return Finding(
        Cause.DELETED,
        f"The certificate was registered before and was deleted at AWS IoT since: its record says "
        f"{record.state}, so no event makes it ACTIVE again.",
        since=record.registered_at,
        advice="Sign a new certificate for the device; or, once it has connected again, activate this one.",
        mend=(sign_anew(facts), commands.jitr("device", "activate", record.certificate_id)),
    )


def _unclear(facts: Facts) -> Iterator[str]:
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


def _unread(facts: Facts) -> Iterator[Unread]:
    authority, way = facts.authority, facts.way
    parts = (
        *_needed(facts),
        authority.held if isinstance(authority, Authority) else authority,
        *vars(facts).values(),
        *vars(way).values(),
    )
    yield from dict.fromkeys(part for part in parts if isinstance(part, Unread))
