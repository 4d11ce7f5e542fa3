"""What the facts come to: findings in the order in which they are to be mended, or that there are none."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from jitr.diagnosis.facts import Facts
from jitr.diagnosis.finding import Cause, Finding
from jitr.diagnosis.part import Unread
from jitr.diagnosis.rules.access import refused_connection
from jitr.diagnosis.rules.authority import closed_authority
from jitr.diagnosis.rules.certificate import unusable_certificate
from jitr.diagnosis.rules.consumer import idle_function, stuck_queue
from jitr.diagnosis.rules.record import nothing_issued, recorded
from jitr.diagnosis.rules.rule import idle_rule
from jitr.diagnosis.rules.switched_off import switched_off
from jitr.diagnosis.rules.thing import wrong_thing
from jitr.diagnosis.rules.waiting import dead_letters, still_waiting
from jitr.diagnosis.sight import unclear, unread

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
    doubts = tuple(unclear(facts))
    answer = Answer.SOMETHING if findings else Answer.UNCLEAR if doubts else Answer.NOTHING
    return Diagnosis(facts, answer, findings, doubts, tuple(unread(facts)))


def _findings(facts: Facts) -> Iterator[Finding]:
    if facts.certificate_id is None:
        yield from nothing_issued(facts)
        return
    if isinstance(facts.certificate, Unread):
        yield from unusable_certificate(facts)  # all else depends on what AWS IoT holds
    elif facts.status == "ACTIVE":
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
