"""Sign a device's request, and remember it before anybody gets the certificate."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509

from issuance.issuer import Issuer
from pki.identity import certificate_id, pem, public_key_hash
from pki.leaf import leaf_certificate
from pki.names import subject_fields
from pki.request import DeviceRequest, RefusedRequest
from provisioning.provisioner import Provisioner, UnfitProvisioning
from provisioning.rendering import UNSETTLED
from records.record import IssuanceRecord
from records.state import State
from records.table import IssuanceRecords


@dataclass(frozen=True)
class Terms:
    """What holds for every certificate of an environment: how long it is valid, what its device becomes."""

    validity: timedelta
    provisioner: Provisioner


def issue(
    request: DeviceRequest, issuer: Issuer, records: IssuanceRecords, terms: Terms, now: datetime
) -> IssuanceRecord:
    """Give the record of the certificate that answers a request; it holds the certificate.

    The same request gets the same certificate again while it waits for its first connection. After that,
    or from another authority, it gets a new one. When two calls race, both give the one that was first.
    What its device becomes is settled here for good: a later template changes nothing of it.

    Raises:
        RefusedRequest: the template cannot be filled for it, or names what is not there (`Provisioner`).
        AuthorityEnding: the authority is at the end of its time.
        BadSignature: the key's holder returned a wrong signature.
        botocore.exceptions.ClientError: AWS refused a call.
    """
    earlier = records.issued_for(request.digest)
    return issue_after(request, earlier=earlier, issuer=issuer, records=records, terms=terms, now=now)


def issue_after(  # noqa: PLR0913  `issue`, and what was looked up
    request: DeviceRequest,
    *,
    earlier: IssuanceRecord | None,
    issuer: Issuer,
    records: IssuanceRecords,
    terms: Terms,
    now: datetime,
) -> IssuanceRecord:
    """Do as `issue` does, for a request whose latest record the caller has looked up (None: it has none)."""
    if earlier is not None and _answers(earlier, issuer, now):
        return earlier
    leaf = leaf_certificate(request, issuer.certificate, issuer.key, terms.validity, now)
    record = _settled(_record(leaf, request, issuer, now), request, terms.provisioner, now)
    return records.add(record, instead_of=earlier.certificate_id if earlier else None)


def _answers(record: IssuanceRecord, issuer: Issuer, now: datetime) -> bool:
    return record.state is State.ISSUED and record.issuer == issuer.id and now < record.not_after


def _settled(
    record: IssuanceRecord, request: DeviceRequest, provisioner: Provisioner, now: datetime
) -> IssuanceRecord:
    try:
        return provisioner.settle(record, subject_fields(request.subject), now)
    except UnfitProvisioning as unfit:
        raise RefusedRequest(unfit.reason, str(unfit)) from None


def _record(leaf: x509.Certificate, request: DeviceRequest, issuer: Issuer, now: datetime) -> IssuanceRecord:
    return IssuanceRecord(
        certificate_id=certificate_id(leaf),
        thing_name=UNSETTLED,
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
