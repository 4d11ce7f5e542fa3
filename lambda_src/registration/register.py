"""One event to its end: registered, already registered, or refused.

The order is what keeps a device out until all is in place: thing, principal, policy, claim, ACTIVE, record.
Every step may be repeated, so a run that dies anywhere is completed by the next delivery of its message.

Two things keep a certificate that was switched off from coming back. A run sets ACTIVE only while it holds
the claim on the record, until its own deadline, so no second run is ever about to do the same. And when
the record turned into a tombstone meanwhile, the certificate is switched off again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from records.record import IssuanceRecord
from records.state import State
from records.table import IssuanceRecords
from registration.certificates import Certificates, Off
from registration.decisions import Action, decide
from registration.events import RegistrationEvent


class StillClaimed(Exception):  # noqa: N818 named for what happened
    """Another run is at work on the certificate, or was until a moment ago; to be tried again later."""


@dataclass(frozen=True)
class Outcome:
    """How a registration ended: `registered`, `already`, or `refused` with a reason."""

    name: str
    thing_name: str | None = None
    reason: str | None = None


def utc_now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)


class Registrar:
    """Registers devices, one event at a time. It keeps nothing from one event to the next."""

    def __init__(
        self,
        records: IssuanceRecords,
        certificates: Certificates,
        device_policy: str,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._records = records
        self._certificates = certificates
        self._device_policy = device_policy
        self._now = now

    def register(self, event: RegistrationEvent, *, redelivered: bool, deadline: datetime) -> Outcome:
        """Do what is to be done about an event.

        Args:
            event: checked against account and authorities.
            redelivered: whether the queue handed out this very message before.
            deadline: when this run is surely dead.

        Raises:
            StillClaimed: when another run may be at work on the same certificate.
            botocore's errors: when a call failed; the same event must come again.
        """
        record = self._records.find(event.certificate_id)
        action = decide(record, event, redelivered=redelivered, now=self._now())
        if record is None:
            return self._refuse_unissued(event)
        return self._ACTIONS[action](self, record, deadline)

    def _refuse_unissued(self, event: RegistrationEvent) -> Outcome:
        self._certificates.switch_off(event.certificate_id)
        return Outcome("refused", reason="unissued")

    def _refuse_wrong_ca(self, record: IssuanceRecord, _deadline: datetime) -> Outcome:
        self._certificates.switch_off(record.certificate_id)
        self._records.move(
            record.certificate_id,
            to=State.REFUSED,
            expected={State.ISSUED, State.ACTIVATING},
            reason="wrong_ca",
        )
        return Outcome("refused", record.thing_name, "wrong_ca")

    def _done(self, record: IssuanceRecord, _deadline: datetime) -> Outcome:
        return Outcome("already", record.thing_name)

    def _wait(self, record: IssuanceRecord, _deadline: datetime) -> Outcome:
        raise StillClaimed(f"Another run may be activating the certificate until {record.claimed_until}.")

    def _look_first(self, record: IssuanceRecord, deadline: datetime) -> Outcome:
        """Go on from where an earlier run died, if nobody switched the certificate off since."""
        status = self._certificates.status(record.certificate_id)
        if status == "ACTIVE" and record.state is State.ACTIVATING:
            return self._mark(record)
        if status in {"PENDING_ACTIVATION", "ACTIVE"}:
            return self._complete(record, deadline)
        tombstone = State.REVOKED if status == "REVOKED" else State.DEACTIVATED
        reason = f"found {status or 'deleted'} before it was registered"
        if not self._records.move(
            record.certificate_id, to=tombstone, expected={record.state}, reason=reason
        ):
            raise StillClaimed("The record changed while its certificate was read.")
        return Outcome("refused", record.thing_name, tombstone)

    def _complete(self, record: IssuanceRecord, deadline: datetime) -> Outcome:
        self._certificates.create_thing(record.thing_name)
        self._certificates.attach_thing(record.certificate_id, record.thing_name)
        self._certificates.attach_policy(record.certificate_id, self._device_policy)
        if not self._records.claim(record, deadline):
            raise StillClaimed("The record changed while the device's thing and policy were attached.")
        self._certificates.activate(record.certificate_id)
        return self._mark(record)

    def _mark(self, record: IssuanceRecord) -> Outcome:
        if self._records.move(record.certificate_id, to=State.REGISTERED, expected={State.ACTIVATING}):
            return Outcome("registered", record.thing_name)
        current = self._records.find(record.certificate_id)
        # Marked by this very run, when the answer to its first attempt got lost and the SDK made a second.
        if current is not None and current.state is State.REGISTERED:
            return Outcome("registered", record.thing_name)
        return self._switch_off(current or record)

    def _stay_out(self, record: IssuanceRecord, _deadline: datetime) -> Outcome:
        """Leave a tombstone alone, unless a run held the claim when it was made; that run may go on."""
        if record.claimed_until is not None:
            return self._switch_off(record)
        return Outcome("refused", record.thing_name, record.state)

    def _switch_off(self, record: IssuanceRecord) -> Outcome:
        # Never INACTIVE where the record says revoked: that would soften what somebody did on purpose.
        status: Off = "REVOKED" if record.state is State.REVOKED else "INACTIVE"
        self._certificates.switch_off(record.certificate_id, status)
        return Outcome("refused", record.thing_name, record.state)

    _ACTIONS = MappingProxyType(
        {
            Action.COMPLETE: _complete,
            Action.DONE: _done,
            Action.LOOK_FIRST: _look_first,
            Action.REFUSE_WRONG_CA: _refuse_wrong_ca,
            Action.STAY_OUT: _stay_out,
            Action.WAIT: _wait,
        }
    )
