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
    """An earlier run died somewhere: read the certificate, and go on only if it still waits."""
    WAIT = auto()
    """Another run holds the claim and may still be alive."""
    DONE = auto()
    """Registered; whatever happened to the certificate since is somebody's will."""
    STAY_OUT = auto()
    """A tombstone."""
    REFUSE_UNISSUED = auto()
    """Signed with the CA's key, but not by the authority."""
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


def decide(
    record: IssuanceRecord | None, event: RegistrationEvent, *, redelivered: bool, now: datetime
) -> Action:
    """Decide what to do about an event.

    Args:
        record: of the event's certificate, read just now; None when there is none.
        event: checked against account and authorities.
        redelivered: whether the queue handed out this very message before.
        now: with its zone.
    """
    if record is None:
        return Action.REFUSE_UNISSUED
    action = BY_STATE[record.state]
    if action in {Action.DONE, Action.STAY_OUT}:
        return action
    if record.issuer != event.ca_certificate_id:
        return Action.REFUSE_WRONG_CA
    if record.claimed_until is not None and now <= record.claimed_until + CLOCK_SKEW:
        return Action.WAIT
    # A first delivery follows the device's connect, so the certificate waits. A later one may come
    # hours after it, and somebody may have switched the certificate off by hand in between.
    return Action.LOOK_FIRST if redelivered else action
