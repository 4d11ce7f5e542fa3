"""Sign a device's request, and remember it before anybody gets the certificate."""

from datetime import datetime, timedelta

from cryptography import x509

from issuance.issuer import Issuer
from pki.identity import certificate_id, pem, public_key_hash
from pki.leaf import leaf_certificate
from pki.request import DeviceRequest
from records.record import IssuanceRecord
from records.state import State
from records.table import IssuanceRecords


def issue(
    request: DeviceRequest, issuer: Issuer, records: IssuanceRecords, validity: timedelta, now: datetime
) -> IssuanceRecord:
    """Give the record of the certificate that answers a request; it holds the certificate.

    The same request gets the same certificate again while it waits for its first connection. After that,
    or from another authority, it gets a new one. When two calls race, both give the one that was first.

    Raises:
        AuthorityEnding: the authority is at the end of its time.
        BadSignature: the key's holder returned a wrong signature.
        botocore.exceptions.ClientError: AWS refused a call.
    """
    earlier = records.issued_for(request.digest)
    if earlier is not None and _answers(earlier, issuer, now):
        return earlier
    leaf = leaf_certificate(request, issuer.certificate, issuer.key, validity, now)
    record = _record(leaf, request, issuer, now)
    return records.add(record, instead_of=earlier.certificate_id if earlier else None)


def _answers(record: IssuanceRecord, issuer: Issuer, now: datetime) -> bool:
    return record.state is State.ISSUED and record.issuer == issuer.id and now < record.not_after


def _record(leaf: x509.Certificate, request: DeviceRequest, issuer: Issuer, now: datetime) -> IssuanceRecord:
    return IssuanceRecord(
        certificate_id=certificate_id(leaf),
        thing_name=request.thing_name,
        subject=request.subject.rfc4514_string(),
        serial=f"{leaf.serial_number:x}",
        public_key_hash=public_key_hash(request.public_key),
        issuer=issuer.id,
        issued_at=now,
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        certificate=pem(leaf),
        request_digest=request.digest,
    )
