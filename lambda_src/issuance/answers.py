"""What the issuance function answers, as JSON can hold it; each answer is logged, too."""

from typing import Any

from issuance.batch import Answer, Busy, Refusal
from issuance.issuer import Issuer
from pki.identity import pem
from records.record import IssuanceRecord
from telemetry import report


def written(answer: Answer, issuer: Issuer) -> dict[str, Any]:
    """Write one answer of a batch."""
    match answer:
        case Refusal(reason=reason, message=message):
            return refused(reason, message)
        case Busy(reason=reason, message=message):
            report("busy", operation="issuance", reason=reason, message=message)
            return {"busy": {"reason": reason, "message": message}}
        case record:
            return issued(record, issuer)


def issued(record: IssuanceRecord, issuer: Issuer) -> dict[str, Any]:
    """Give a certificate, and log that it was given."""
    report("issued", operation="issuance", certificate_id=record.certificate_id, thing_name=record.thing_name)
    return {
        "thing_name": record.thing_name,
        "certificate_id": record.certificate_id,
        "ca_certificate_id": issuer.id,
        "certificate": record.certificate,
        "not_after": record.not_after.isoformat(),
    }


def path(issuer: Issuer) -> dict[str, Any]:
    """Give the authority, and what a device sends behind its certificate."""
    return {
        "ca_certificate": pem(issuer.certificate),
        "chain": [pem(each) for each in issuer.path.intermediates],
    }


def refused(reason: str, message: str) -> dict[str, Any]:
    """Give a refusal, and log it."""
    report("refused", operation="issuance", reason=reason, message=message)
    return {"refused": {"reason": reason, "message": message}}
