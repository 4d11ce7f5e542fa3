"""What is ACTIVE at AWS IoT past its record goes off before a certificate is let in.

Somebody set it ACTIVE in the console, or a run died. The registration does not see that: it switches off what
the records have in use for the thing, and of what it refuses only what still waits. So a certificate that is
ACTIVE already would stay in although it was refused, or beside the one that has its thing.
"""

from jitr.devices.aws_certificates import AwsCertificate, Off
from jitr.devices.desk import Desk
from jitr.devices.named import of_thing, record_of
from records.record import IssuanceRecord
from records.state import IN_USE, State

ACTIVE = "ACTIVE"


def switch_off_past_records(desk: Desk, record: IssuanceRecord, there: AwsCertificate | None) -> list[str]:
    """Switch off a certificate that is about to be let in, and others of its thing that should not be ACTIVE.

    It itself goes off whatever its record says, since it is about to say `issued`, which vouches for nothing
    until a registration has judged it again. Another goes off unless its record says that it is in use; one
    without a record is somebody else's, is left alone, and is named.

    Args:
        desk: of the environment.
        record: of the certificate that is to be let in.
        there: the same at AWS IoT; None where that has not seen it.

    Returns:
        What was done, in words.

    Raises:
        FailureError: another's record cannot be read.
        botocore's errors: a call failed; what was done stays.
    """
    off, left = [], []
    if there is not None and there.status == ACTIVE:
        off.append(_off(desk, record, f"AWS IoT: {ACTIVE}"))
    for other in of_thing(desk, record.thing_name):
        if other == record.certificate_id or not _is_active(desk, other):
            continue
        # Read after its status: a registration writes that it is at work before it sets ACTIVE.
        known = record_of(desk, other)
        if known is None:
            left.append(f"certificate {other[:12]}… is {ACTIVE} without a record, and is left alone")
        elif known.state not in IN_USE:
            off.append(_off(desk, known, f"certificate {other[:12]}…: {ACTIVE}"))
    ended = [desk.certificates.end_connection(record.thing_name)] if off else []
    return [*off, *ended, *left]


def _is_active(desk: Desk, certificate_id: str) -> bool:
    there = desk.certificates.find(certificate_id)
    return there is not None and there.status == ACTIVE


def _off(desk: Desk, record: IssuanceRecord, was: str) -> str:
    # A revocation that did not get so far is brought to its end.
    status: Off = "REVOKED" if record.state is State.REVOKED else "INACTIVE"
    desk.certificates.switch_off(record.certificate_id, status)
    return f"{was} -> {status} first (its record: {record.state})"
