"""A certificate in again, or in the place of another: the record says that it may, the registration does it.

So the same checks, rules and pace hold as for a device that comes for the first time, and an operator needs
no permission to activate anything. What is not ours to decide, AWS IoT's and the thing's state, is looked
at before, so that nothing is asked for that the registration would refuse; and what is ACTIVE past its record
goes off before all that, so that it is in again by a registration or not at all.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from contract import SecondCertificate
from jitr.devices.aws_certificates import AwsCertificate
from jitr.devices.desk import Desk
from jitr.devices.named import holder_of, record_of
from jitr.devices.past_records import ACTIVE, switch_off_itself, switch_off_past_records
from jitr.failure import FailureError
from records.readmission import RunAtWork
from records.record import IssuanceRecord
from records.state import IN_USE, State
from registration.register import utc_now

BETWEEN_LOOKS = 0.25  # seconds
ALREADY = "is active already"
UNDECIDED = frozenset({State.ISSUED, State.ACTIVATING})


@dataclass(frozen=True)
class LettingIn:
    """Lets certificates in, and waits up to `patience` for the registration to do it."""

    desk: Desk
    reason: str
    """Kept on the record."""
    patience: timedelta
    sleep: Callable[[float], object] = time.sleep
    """Waits some seconds; gives True to end the wait for good."""
    now: Callable[[], datetime] = utc_now

    def activate(self, certificate_id: str) -> list[str]:
        """Let a certificate in that was switched off or refused, by the environment's rules.

        Raises:
            FailureError: it must stay out, and why; or the registration did not let it in.
            botocore's errors: a call failed; the same call goes on from there.
        """
        there = self.desk.certificates.find(certificate_id)
        record = self._record(certificate_id)
        off = switch_off_past_records(self.desk, record, there)
        if _is_in(record, there):
            return [*off, ALREADY]
        with _said_before(off):
            self._require_fit(record, there)
            self._require_thing_free(record)
            return [*off, *self._readmitted(record, there, None)]

    def replace(self, thing_name: str, certificate_id: str) -> list[str]:
        """Let a certificate have a thing in place of the one that has it.

        Under `keep_both` it is let in beside that one.

        Raises:
            FailureError: it must stay out, and why; or the registration did not let it in.
            botocore's errors: a call failed; the same call goes on from there.
        """
        there = self.desk.certificates.find(certificate_id)
        record = self._record(certificate_id)
        if record.thing_name != thing_name:
            raise FailureError(f"certificate {certificate_id} is of thing {record.thing_name}")
        holder = holder_of(self.desk, thing_name)
        if holder is None or holder.certificate_id == certificate_id:
            return self.activate(certificate_id)
        off = switch_off_past_records(self.desk, record, there)
        with _said_before(off):
            self._require_fit(record, there)
            return [*off, *self._replaced(record, there, holder)]

    def _replaced(
        self, record: IssuanceRecord, there: AwsCertificate | None, holder: IssuanceRecord
    ) -> list[str]:
        both = self.desk.target.settings.second_certificate is SecondCertificate.KEEP_BOTH
        said = [f"certificate {holder.certificate_id[:12]}… stays in beside it (keep_both)"] if both else []
        if both and _is_in(record, there):
            return [ALREADY, *said]
        off = switch_off_itself(self.desk, record) if _is_in(record, there) else []
        with _said_before(off):
            supersedes = None if both else holder.certificate_id
            return [*off, *self._readmitted(record, there, supersedes), *said]

    def _record(self, certificate_id: str) -> IssuanceRecord:
        record = record_of(self.desk, certificate_id)
        if record is None:
            raise FailureError(
                "it has no issuance record, so nothing lets it in; `jitr issued import` gives it one"
            )
        return record

    def _require_fit(self, record: IssuanceRecord, there: AwsCertificate | None) -> None:
        if record.state is State.REVOKED or (there is not None and there.status == "REVOKED"):
            raise FailureError("it is revoked, which is final; sign the device another certificate")
        if self.now() >= record.not_after:
            raise FailureError(
                f"it expired at {record.not_after:%Y-%m-%d %H:%M} UTC; sign the device another certificate"
            )
        if record.state is State.ACTIVATING:
            raise FailureError("a registration of it is under way; look again in a minute")
        others = set(self.desk.certificates.things(there.arn) if there else ()) - {record.thing_name}
        if others:
            raise FailureError(
                f"it is attached to {', '.join(sorted(others))}, and its record says {record.thing_name}; "
                "detach it there first"
            )

    def _require_thing_free(self, record: IssuanceRecord) -> None:
        """See that the thing's other certificate does not stand in the way."""
        if self.desk.target.settings.second_certificate is SecondCertificate.KEEP_BOTH:
            return
        holder = holder_of(self.desk, record.thing_name)
        if holder is None or holder.certificate_id == record.certificate_id or holder.state not in IN_USE:
            return
        if self.now() < holder.not_after:
            raise FailureError(
                f"thing {record.thing_name} has certificate {holder.certificate_id} now; "
                f"`jitr device replace {record.thing_name} {record.certificate_id}` takes it from that"
            )

    def _readmitted(
        self, record: IssuanceRecord, there: AwsCertificate | None, supersedes: str | None
    ) -> list[str]:
        try:
            changed = self.desk.readmissions.readmit(
                record, self.reason, now=self.now(), supersedes=supersedes
            )
        except RunAtWork as busy:
            raise FailureError(str(busy)) from None
        if not changed:
            raise FailureError("its record changed just now; look at it, and try again")
        said = [f"record: {record.state} -> {State.ISSUED}"] if record.state is not State.ISSUED else []
        if supersedes is not None:
            said.append(f"may replace certificate {supersedes[:12]}…")
        if there is None:
            return [*said, "it comes in when its device connects"]
        self._announce(there, record)
        return [*said, self._awaited(record)]

    def _announce(self, there: AwsCertificate, record: IssuanceRecord) -> None:
        """Put the message into the queue that AWS IoT would send if the device came for the first time."""
        event = {
            "certificateId": there.certificate_id,
            "caCertificateId": there.issuer or record.issuer,
            "timestamp": int(time.time() * 1000),
            "certificateStatus": "PENDING_ACTIVATION",
            "awsAccountId": there.arn.split(":")[4],
            "certificateRegistrationTimestamp": None,
        }
        self.desk.sqs.send_message(QueueUrl=self.desk.queue, MessageBody=json.dumps(event))

    def _awaited(self, record: IssuanceRecord) -> str:
        until = time.monotonic() + self.patience.total_seconds()
        current = record_of(self.desk, record.certificate_id)
        while (current is None or current.state in UNDECIDED) and time.monotonic() < until:
            if self.sleep(BETWEEN_LOOKS) is True:
                break
            current = record_of(self.desk, record.certificate_id)
        if current is None or current.state in UNDECIDED:
            return "asked for, and not done yet: `jitr device show` says when it is"
        if current.state is not State.REGISTERED:
            raise FailureError(f"the registration did not let it in: {current.state}, {current.reason}")
        return f"registered: ACTIVE, thing {current.thing_name}"


@contextmanager
def _said_before(done: Sequence[str]) -> Iterator[None]:
    """Let a failure say, too, what was done before it."""
    try:
        yield
    except FailureError as error:
        raise FailureError("; ".join((*done, str(error)))) from None


def _is_in(record: IssuanceRecord, there: AwsCertificate | None) -> bool:
    return record.state is State.REGISTERED and there is not None and there.status == ACTIVE
