"""A device's certificate that somebody else signed: what the issuance function might have signed itself."""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from adoption.unfit import UnfitCertificate
from pki.device_key import check_device_key
from pki.identity import certificate_id, pem, public_key_hash, subject_public_key_info
from pki.keys import PublicKey
from pki.names import UnfitName, check_subject
from provisioning.rendering import UNSETTLED
from records.record import InvalidRecord, IssuanceRecord, Source

UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)
"""What `cryptography` raises over certificates that it cannot read."""


def record_of(certificate: x509.Certificate, issuer: str, source: Source) -> IssuanceRecord:
    """Make the record of a certificate; what its thing becomes is not settled yet.

    Args:
        certificate: whose signature was checked against its issuer.
        issuer: certificate id of the authority.
        source: imported or adopted.

    Raises:
        UnfitCertificate: with the reason malformed, authority, unsupported_key, explicit_curve, bad_subject
            or bad_thing_name.
        RefusedRequest: with a reason of `check_device_key`.
        ValueError, and the others of UNREADABLE: it cannot be read.
    """
    _check_leaf(certificate)
    key = _checked_key(certificate)
    _check_subject(certificate.subject)
    try:
        return IssuanceRecord(
            certificate_id=certificate_id(certificate),
            thing_name=UNSETTLED,
            subject=certificate.subject.rfc4514_string(),
            serial=f"{certificate.serial_number:x}",
            public_key_hash=public_key_hash(key),
            issuer=issuer,
            # Nobody knows the hour; it is what the certificate says of its own beginning.
            issued_at=certificate.not_valid_before_utc,
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            certificate=pem(certificate),
            source=source,
        )
    except InvalidRecord as invalid:
        raise UnfitCertificate("malformed", str(invalid)) from None


def _check_leaf(certificate: x509.Certificate) -> None:
    """Refuse what may certify others (RFC 5280, 4.2.1.3 and 4.2.1.9)."""
    is_authority = any(
        (isinstance(each.value, x509.BasicConstraints) and each.value.ca)
        or (isinstance(each.value, x509.KeyUsage) and each.value.key_cert_sign)
        for each in certificate.extensions
    )
    if is_authority:
        raise UnfitCertificate("authority", "is an authority's certificate, not a device's")


def _checked_key(certificate: x509.Certificate) -> PublicKey:
    try:
        key = check_device_key(certificate.public_key())
    except UnsupportedAlgorithm:
        raise UnfitCertificate(
            "unsupported_key", "the key is of an unknown kind; use P-256, P-384 or RSA"
        ) from None
    # `cryptography` reads a curve written out in full as the named one; encoded anew, it is not what it was.
    if subject_public_key_info(key) not in certificate.tbs_certificate_bytes:
        raise UnfitCertificate("explicit_curve", "its key is not encoded as RFC 5480 and RFC 3279 demand")
    return key


def _check_subject(subject: x509.Name) -> None:
    """Check a subject by the rules for signing requests (`pki.request`)."""
    try:
        check_subject(subject)
    except UnfitName as unfit:
        raise UnfitCertificate("bad_subject", f"the subject's {unfit}") from None
    if len(subject.get_attributes_for_oid(NameOID.COMMON_NAME)) != 1:
        raise UnfitCertificate("bad_thing_name", "the subject needs exactly one common name, the device's")
