"""A certificate out: REVOKED for good, or INACTIVE until it is let in again.

The first step that takes effect leaves the device out, so a stop between any two is finished by the same
command. Where the device may be in, that is AWS IoT's status. Where a registration is on its way, it is the
record: no run activates a certificate whose record is a tombstone, and one that was about to, undoes it.
"""

from dataclasses import dataclass
from typing import Literal

from jitr.devices.aws_certificates import AwsCertificate, Off
from jitr.devices.desk import Desk
from jitr.failure import FailureError
from records.record import InvalidRecord, IssuanceRecord
from records.state import IN_USE, MOVES, State

ON_ITS_WAY = frozenset({State.ISSUED, State.ACTIVATING})
"""States in which a registration may set the certificate ACTIVE at any moment."""


@dataclass(frozen=True)
class Out:
    """One way of putting a certificate out."""

    state: Literal[State.REVOKED, State.DEACTIVATED]
    status: Off
    detaches: bool


REVOKE = Out(State.REVOKED, "REVOKED", detaches=True)
DEACTIVATE = Out(State.DEACTIVATED, "INACTIVE", detaches=False)


@dataclass(frozen=True)
class SwitchingOff:
    """Puts certificates out."""

    desk: Desk
    out: Out
    reason: str
    """Kept on the record."""

    def put_out(self, certificate_id: str) -> list[str]:
        """Put a certificate out, and say what was done; nothing that is done already is done again.

        Raises:
            FailureError: neither AWS IoT nor the records know it.
            botocore's errors: a call failed; what was done stays, and the same call goes on from there.
        """
        record, readable = self._record(certificate_id)
        if record is not None and record.state in ON_ITS_WAY:
            marked = self._mark(certificate_id)
            there = self._switch(certificate_id)
        else:
            there = self._switch(certificate_id)
            marked = self._mark(certificate_id)
            if marked:
                # Somebody may have let it in meanwhile, and no event would look at a tombstone's certificate.
                again = self._switch(certificate_id)
                there = there or again
        if there is None and record is None and readable:
            raise FailureError("neither AWS IoT nor the issuance records know this certificate")
        done = [*self._turned(there), *([f"record: {self.out.state}"] if marked else [])]
        return done + (self._cut_off(there, record) if there else [])

    def _turned(self, there: AwsCertificate | None) -> list[str]:
        if there is None:
            return ["AWS IoT has not seen it yet"]
        if there.status in {self.out.status, "REVOKED"}:
            return [f"AWS IoT: {there.status} already"]
        return [f"AWS IoT: {there.status} -> {self.out.status}"]

    def _cut_off(self, there: AwsCertificate, record: IssuanceRecord | None) -> list[str]:
        """Take from a certificate that is off what it has, and end its connection."""
        things = self.desk.certificates.things(there.arn)
        done = self.desk.certificates.detach(there.arn, things) if self.out.detaches else []
        clients = things or ([record.thing_name] if record else [])  # the device policy: client id = thing
        mine = [each for each in clients if there.status == "ACTIVE" or not self._is_anothers(there, each)]
        return done + [self.desk.certificates.end_connection(client) for client in mine]

    def _is_anothers(self, there: AwsCertificate, thing: str) -> bool:
        """Tell whether a connection of this client id will be that of the thing's next device."""
        try:
            holder = self.desk.records.holder(thing)
        except InvalidRecord:
            return False
        return holder is not None and holder.certificate_id != there.certificate_id and holder.state in IN_USE

    def _record(self, certificate_id: str) -> tuple[IssuanceRecord | None, bool]:
        """Read the record, and tell whether it could be read: one that cannot must not keep a device in."""
        try:
            return self.desk.records.find(certificate_id), True
        except InvalidRecord:
            return None, False

    def _switch(self, certificate_id: str) -> AwsCertificate | None:
        return self.desk.certificates.switch_off(certificate_id, self.out.status)

    def _mark(self, certificate_id: str) -> bool:
        """Make the record a tombstone."""
        from_any = {state for state in State if self.out.state in MOVES[state]}
        return self.desk.records.move(
            certificate_id, to=self.out.state, expected=from_any, reason=self.reason
        )
