"""What is to be done about an event, decided on the issuance record alone."""

from datetime import datetime, timedelta
from enum import Enum, auto
from types import MappingProxyType

from records.record import IssuanceRecord
from records.state import TOMBSTONES, State
from registration.events import RegistrationEvent

CLOCK_SKEW = timedelta(seconds=2)
"""By how much the clocks of two functions may differ; both are set by AWS's time service."""


class Action(Enum):
    """What a registration does about an event."""

    COMPLETE = auto()
    """Thing, principal, policy, ACTIVE, record."""
    LOOK_FIRST = auto()
    """A run died, or lost the answer, when it may have set ACTIVE: read the certificate, and go on only if it
    still waits."""
    WAIT = auto()
    """Another run holds the claim and may still be alive."""
    DONE = auto()
    """Registered; whatever happened to the certificate since is somebody's will."""
    STAY_OUT = auto()
    """A tombstone."""
    REFUSE_WRONG_CA = auto()
    """Issued, but the event comes from another CA than the one that signed it."""


BY_STATE = MappingProxyType(
    {
        State.ISSUED: Action.COMPLETE,
        State.ACTIVATING: Action.LOOK_FIRST,
        State.REGISTERED: Action.DONE,
        **dict.fromkeys(TOMBSTONES, Action.STAY_OUT),
    }
)


def decide(record: IssuanceRecord, event: RegistrationEvent, now: datetime) -> Action:
    """Decide what to do about an event.

    Args:
        record: of the event's certificate.
        event: checked against account and authorities.
        now: with its zone.
    """
    action = BY_STATE[record.state]
    if action in {Action.DONE, Action.STAY_OUT}:
        return action
    if record.issuer != event.ca_certificate_id:
        return Action.REFUSE_WRONG_CA
    if record.claimed_until is not None and now <= record.claimed_until + CLOCK_SKEW:
        return Action.WAIT
    return action
