"""A certificate that AWS IoT holds and lets nobody in with: inactive, revoked, in transfer."""

from collections.abc import Iterator

from jitr.diagnosis.commands import Commands
from jitr.diagnosis.facts import Facts, RegisteredCertificate
from jitr.diagnosis.finding import Cause, Finding
from jitr.diagnosis.part import Unread
from jitr.diagnosis.rules.certificate import NEW_CERTIFICATE, sign_anew
from jitr.diagnosis.rules.record import missing_record
from jitr.diagnosis.rules.tombstone import tombstone
from records.record import IssuanceRecord
from records.state import TOMBSTONES, State


def switched_off(facts: Facts) -> Iterator[Finding]:
    """Say why a certificate is off: by the record, where that knows; else, that somebody did it."""
    certificate, record = facts.certificate, facts.record
    if not isinstance(certificate, RegisteredCertificate):
        return
    if certificate.status == "REVOKED":
        yield from _revoked(facts, certificate)
    elif certificate.status == "PENDING_TRANSFER":
        yield Finding(
            Cause.TRANSFER,
            "The certificate is being transferred to another account.",
            since=certificate.changed,
            mend=(
                Commands(facts.place).aws("iot cancel-certificate-transfer", certificate_id=certificate.id),
            ),
        )
    elif isinstance(record, IssuanceRecord) and record.state in TOMBSTONES:
        yield from tombstone(facts, record)
    elif record is None and (unissued := list(missing_record(facts))):
        yield from unissued
    else:
        yield _inactive(facts, certificate)


def _revoked(facts: Facts, certificate: RegisteredCertificate) -> Iterator[Finding]:
    """Revoked is for good at AWS IoT, whatever the record says."""
    record = facts.record
    recorded = isinstance(record, IssuanceRecord) and record.state is State.REVOKED
    if recorded and isinstance(record, IssuanceRecord):
        yield from tombstone(facts, record)
        return
    yield Finding(
        Cause.REVOKED,
        "The certificate is REVOKED at AWS IoT, which is for good.",
        since=certificate.changed,
        advice=NEW_CERTIFICATE,
        mend=(sign_anew(facts),),
    )


def _inactive(facts: Facts, certificate: RegisteredCertificate) -> Finding:
    unsaid = " (its record could not be read)" if isinstance(facts.record, Unread) else ""
    return Finding(
        Cause.INACTIVE,
        f"The certificate is {certificate.status} at AWS IoT, and its record knows no reason: somebody "
        f"switched it off by hand{unsaid}.",
        since=certificate.changed,
        mend=(Commands(facts.place).jitr("device", "activate", certificate.id),),
    )
