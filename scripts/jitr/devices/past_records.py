"""What is ACTIVE at AWS IoT past its record goes off before a certificate is let in, or refused.

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
    """Switch off what is asked for, and others of its thing, unless their records vouch for them.

    Each goes off unless its record says that it is in use; one without a record is somebody else's, is left
    alone, and is named.

    Args:
        desk: of the environment.
        record: of the certificate that is asked for, read after `there`.
        there: the same at AWS IoT; None where that has not seen it.

    Returns:
        What was done, in words.

    Raises:
        FailureError: another's record cannot be read.
        botocore's errors: a call failed; what was done stays.
    """
    off, left = [], []
    if there is not None and there.status == ACTIVE and record.state not in IN_USE:
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


def switch_off_itself(desk: Desk, record: IssuanceRecord) -> list[str]:
    """Switch off a certificate that is in by its record, and say what was done.

    The record is about to say `issued`, which vouches for nothing until a registration has judged it again.

    Raises:
        botocore's errors: a call failed.
    """
    return [_off(desk, record, f"AWS IoT: {ACTIVE}"), desk.certificates.end_connection(record.thing_name)]


def _is_active(desk: Desk, certificate_id: str) -> bool:
    there = desk.certificates.find(certificate_id)
    return there is not None and there.status == ACTIVE


def _off(desk: Desk, record: IssuanceRecord, was: str) -> str:
    # A revocation that did not get so far is brought to its end.
    status: Off = "REVOKED" if record.state is State.REVOKED else "INACTIVE"
    desk.certificates.switch_off(record.certificate_id, status)
    return f"{was} -> {status} first (its record: {record.state})"
