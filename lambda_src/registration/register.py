"""One event to its end: registered, already registered, or refused.

Two things keep a certificate that was switched off from coming back. A run sets ACTIVE only while it holds
the claim on the record, until its own deadline, so no second run is ever about to do the same. And when
the record turned into a tombstone meanwhile, the certificate is switched off again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import ClassVar

from botocore.exceptions import BotoCoreError, ClientError

from records.record import IssuanceRecord
from records.state import State
from records.table import IssuanceRecords
from registration.activation import Vanished
from registration.adoption import Adoption
from registration.certificates import Certificates, Off
from registration.completion import Completion
from registration.decisions import CLOCK_SKEW, Action, decide
from registration.events import RegistrationEvent
from registration.outcome import Later, Outcome
from registration.owner import Owner, Verdict
from registration.pace import Paces
from registration.refusal import Reason, Refused

READS = 3
"""How often a record is read that others change meanwhile, before the message is put back."""


OFF = frozenset({"INACTIVE", "REVOKED", None})
"""Statuses of a certificate that is off, or gone (None)."""


def utc_now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Registrar:
    """Registers devices, one event at a time. It keeps nothing from one event to the next."""

    records: IssuanceRecords
    certificates: Certificates
    completion: Completion
    paces: Paces
    owner: Owner | None = None
    """The owner's say about each device, where there is one."""
    adoption: Adoption | None = None
    """How certificates without a record come to one, where the environment takes them."""
    now: Callable[[], datetime] = utc_now

    def register_unread(self, event: RegistrationEvent, deadline: datetime) -> Outcome:
        """Do what is to be done about an event whose record was not read.

        In the ordinary case one call reads and claims the record. Where it cannot be claimed, or the owner is
        to be asked first, or it is not our turn, `register` goes on with the record as it is.

        Raises:
            InvalidRecord: when there is an item that is not a record.
            Others: as `register` does.
        """
        if self.owner is not None or not self.paces.updates.take():
            return self.register(event, self.records.find(event.certificate_id), deadline)
        claimed, record = self.completion.claims.claim_unread(
            event.certificate_id, event.ca_certificate_id, deadline
        )
        if not claimed or record is None:
            self.paces.updates.give_back()
            return self.register(event, record, deadline)
        outcome = self._claimed(record, deadline)
        return outcome or self.register(event, self.records.find(event.certificate_id), deadline)

    def _claimed(self, record: IssuanceRecord, deadline: datetime) -> Outcome | None:
        """Complete the registration of a record that is claimed; None when it changed meanwhile."""
        try:
            self.completion.complete_claimed(record, deadline)
        except Refused as refused:
            return self._refused(record, refused)
        except Vanished:
            return self._looked_at(record)
        return self._registered(record, deadline)

    def register(
        self, event: RegistrationEvent, record: IssuanceRecord | None, deadline: datetime
    ) -> Outcome:
        """Do what is to be done about an event.

        Args:
            event: checked against account and authorities.
            record: of its certificate, as it was read a moment ago; None when there is none.
            deadline: when this run is surely dead.

        Raises:
            Later: when another run may be at work on the same certificate, or there is no turn for it.
            botocore's errors: when a call failed; the same event must come again.
        """
        try:
            known = record or self._without_record(event)
        except Refused as refused:
            return self._kept_out(event.certificate_id, refused, None, event.ca_certificate_id)
        if isinstance(known, Outcome):
            return known
        for _ in range(READS):
            outcome = self._handle(event, known, deadline)
            if outcome is not None:
                return outcome
            known = self.records.find(event.certificate_id) or known
        raise Later("record_contended", "The record keeps changing while its certificate is registered.")

    def _without_record(self, event: RegistrationEvent) -> IssuanceRecord | Outcome:
        if self.adoption is None or event.ca_certificate_id not in self.adoption.authorities:
            raise Refused(Reason.UNISSUED, "The authority never issued it.")
        return self.adoption.adopt(event)

    def _handle(self, event: RegistrationEvent, record: IssuanceRecord, deadline: datetime) -> Outcome | None:
        """Try it once; None when the record was not as it had been read."""
        try:
            return self._ACTIONS[decide(record, event, self.now())](self, record, deadline)
        except Refused as refused:
            return self._refused(record, refused)

    def _refused(self, record: IssuanceRecord, refused: Refused) -> Outcome | None:
        """Make a tombstone of the record, so that nothing lets the device in, and keep it out."""
        made = self._made_tombstone(record, refused)
        return self._kept_out(record.certificate_id, refused, record, record.issuer) if made else None

    def _made_tombstone(self, record: IssuanceRecord, refused: Refused) -> bool:
        return self.records.move(
            record.certificate_id,
            to=State.REFUSED,
            expected={State.ISSUED, State.ACTIVATING},
            reason=f"{refused.reason}: {refused}",
        )

    def _kept_out(
        self, certificate_id: str, refused: Refused, record: IssuanceRecord | None, issuer: str
    ) -> Outcome:
        """Set a refused certificate INACTIVE, if refusals have a turn; pending, it is out as well."""
        off = self._switched_off_in_passing(certificate_id, issuer)
        thing_name = record.thing_name if record else None
        certificate = "INACTIVE" if off else "left_pending"
        return Outcome("refused", thing_name, refused.reason, str(refused), certificate)

    def _switched_off_in_passing(self, certificate_id: str, issuer: str) -> bool:
        """Switch off a certificate that waits and that `issuer` signed: an event may name any.

        A failure is no reason to try again: that would cost a genuine device its turn.
        """
        if not self.paces.for_a_refusal():
            return False
        try:
            waits = self.certificates.standing(certificate_id) == ("PENDING_ACTIVATION", issuer)
            if waits:
                self.certificates.switch_off(certificate_id)
        except (ClientError, BotoCoreError):
            return False
        return waits

    def _refuse_wrong_ca(self, record: IssuanceRecord, _deadline: datetime) -> Outcome:
        """Refuse a certificate that AWS IoT holds for another CA's, and not believe an event that says so."""
        _, issuer = self.certificates.standing(record.certificate_id)
        if issuer in {record.issuer, None}:
            problem = f"The event is about another CA than {record.issuer}, which issued the certificate."
            return Outcome("refused", record.thing_name, Reason.WRONG_CA, problem)
        made = Refused(Reason.WRONG_CA, f"CA {record.issuer} issued it, and AWS IoT has it from {issuer}.")
        if self._made_tombstone(record, made):
            return self._kept_out(record.certificate_id, made, record, str(issuer))
        raise Later("record_contended", "The record changed while its certificate was looked at.")

    def _done(self, record: IssuanceRecord, _deadline: datetime) -> Outcome:
        return Outcome("already", record.thing_name)

    def _wait(self, record: IssuanceRecord, _deadline: datetime) -> Outcome:
        until = record.claimed_until and record.claimed_until + CLOCK_SKEW
        raise Later("claimed", f"Another run may be activating the certificate until {until}.", until)

    def _look_first(self, record: IssuanceRecord, deadline: datetime) -> Outcome | None:
        """Go on from where an earlier run died, if nobody switched the certificate off since."""
        status = self.certificates.status(record.certificate_id)
        if status == "ACTIVE":
            return self._found_active(record, deadline)
        if status == "PENDING_ACTIVATION":
            return self._completed(record, deadline)
        return self._found(record, status)

    def _found_active(self, record: IssuanceRecord, deadline: datetime) -> Outcome | None:
        """Finish what an earlier run left; or undo it, if the device must stay out after all."""
        try:
            claimed = self.completion.complete_active(record, deadline)
        except Refused as refused:
            made = self._made_tombstone(record, refused)
            return self._switched_off(replace(record, reason=str(refused)), deadline) if made else None
        return self._registered(claimed, deadline) if claimed else None

    def _looked_at(self, record: IssuanceRecord) -> Outcome | None:
        return self._found(record, self.certificates.status(record.certificate_id))

    def _found(self, record: IssuanceRecord, status: str | None) -> Outcome | None:
        """Make a tombstone for a certificate that is off or gone; what else it may be will pass.

        Raises:
            Later: it is neither.
        """
        if status not in OFF:
            raise Later("unexpected_status", f"The certificate is {status} while it is registered.")
        tombstone = State.REVOKED if status == "REVOKED" else State.DEACTIVATED
        problem = f"found {status or 'deleted'} before it was registered"
        if not self.records.move(
            record.certificate_id, to=tombstone, expected={record.state, State.ACTIVATING}, reason=problem
        ):
            return None
        return Outcome("refused", record.thing_name, tombstone, problem)

    def _complete(self, record: IssuanceRecord, deadline: datetime) -> Outcome | None:
        if self.owner is not None and self.owner.decide(record) is Verdict.HOLD:
            return Outcome("held", record.thing_name, Reason.OWNER)
        return self._completed(record, deadline)

    def _completed(self, record: IssuanceRecord, deadline: datetime) -> Outcome | None:
        try:
            claimed = self.completion.complete(record, deadline)
        except Vanished:
            return self._looked_at(record)
        return self._registered(claimed, deadline) if claimed else None

    def _registered(self, record: IssuanceRecord, deadline: datetime) -> Outcome:
        """Finish with a certificate that is ACTIVE."""
        self.completion.replace(record, deadline)
        if self.records.move(record.certificate_id, to=State.REGISTERED, expected={State.ACTIVATING}):
            return Outcome("registered", record.thing_name)
        current = self.records.find(record.certificate_id)
        # Marked by this very run, when the answer to its first attempt got lost and the SDK made a second.
        if current is not None and current.state is State.REGISTERED:
            return Outcome("registered", record.thing_name)
        return self._switched_off(current or record, deadline)

    def _stay_out(self, record: IssuanceRecord, deadline: datetime) -> Outcome:
        """Leave a tombstone alone, unless a run held the claim when it was made; that run may go on.

        Then what it was about to replace goes off, too, and once it has surely ended its claim is forgotten.
        """
        if record.claimed_until is None:
            return Outcome("refused", record.thing_name, record.state, record.reason)
        for replaced in record.replaces:
            former = self.records.find(replaced)
            if former is not None and former.state is State.REPLACED:
                self._switched_off(former, deadline)
        outcome = self._switched_off(record, deadline)
        if self.now() > record.claimed_until + CLOCK_SKEW:
            self.records.forget_claim(record)
        return outcome

    def _switched_off(self, record: IssuanceRecord, deadline: datetime) -> Outcome:
        # Never INACTIVE where the record says revoked: that would soften what somebody did on purpose.
        status: Off = "REVOKED" if record.state is State.REVOKED else "INACTIVE"
        self.completion.wait_for_turn(deadline)
        self.certificates.switch_off(record.certificate_id, status)
        return Outcome("refused", record.thing_name, record.state, record.reason, status)

    _ACTIONS: ClassVar[Mapping[Action, Callable[["Registrar", IssuanceRecord, datetime], Outcome | None]]] = (
        MappingProxyType(
            {
                Action.COMPLETE: _complete,
                Action.DONE: _done,
                Action.LOOK_FIRST: _look_first,
                Action.REFUSE_WRONG_CA: _refuse_wrong_ca,
                Action.STAY_OUT: _stay_out,
                Action.WAIT: _wait,
            }
        )
    )
