"""Which certificates get a record: those that the issuance function might have signed itself."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from jitr.environment_authorities import DeployedAuthority
from jitr.issued.candidate import UnfitCertificate
from pki.device_key import check_device_key
from pki.identity import certificate_id, pem, public_key_hash, subject_public_key_info
from pki.keys import PublicKey
from pki.names import UnfitName, check_subject, long_names, subject_fields
from pki.refused import RefusedRequest
from provisioning.provisioner import Provisioner, UnfitProvisioning
from provisioning.rendering import UNSETTLED
from records.record import InvalidRecord, IssuanceRecord, Source

SIGNATURE_HASHES = {"sha256", "sha384", "sha512"}
UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)
"""What `cryptography` raises over certificates that it cannot read."""


class Judge:
    """Checks certificates against an environment's authorities, at one moment."""

    def __init__(
        self, authorities: Iterable[DeployedAuthority], provisioner: Provisioner, now: datetime
    ) -> None:
        ordered = sorted(authorities, key=_subject)
        self._by_subject = {subject: list(group) for subject, group in groupby(ordered, key=_subject)}
        self._own = {
            certificate_id(certificate)
            for authority in ordered
            for certificate in (authority.certificate, *authority.chain)
        }
        self._provisioner = provisioner
        self._now = now

    def record(self, der: bytes) -> tuple[IssuanceRecord, DeployedAuthority] | None:
        """Make the record of a certificate; None for an authority's own, which may accompany its devices'.

        Raises:
            UnfitCertificate: with the reason malformed, authority, unknown_issuer, bad_signature,
                weak_signature, not_yet_valid, expired, unsupported_key, weak_key, explicit_curve,
                bad_subject, bad_thing_name, or one of `Provisioner`'s.
            botocore.exceptions.ClientError: AWS refused a call.
        """
        try:
            with long_names():
                return self._record(x509.load_der_x509_certificate(der))
        except (UnfitCertificate, RefusedRequest, UnfitProvisioning) as unfit:
            raise UnfitCertificate(unfit.reason, str(unfit)) from None
        except UNREADABLE:
            raise UnfitCertificate("malformed", "cannot be read as an X.509 certificate") from None

    def _record(self, certificate: x509.Certificate) -> tuple[IssuanceRecord, DeployedAuthority] | None:
        if certificate_id(certificate) in self._own:
            return None
        _check_leaf(certificate)
        authority = self._issuer(certificate)
        self._check_time(certificate)
        key = _checked_key(certificate)
        _check_subject(certificate.subject)
        record = _record(certificate, key, authority)
        return self._provisioner.settle(record, subject_fields(certificate.subject), self._now), authority

    def _issuer(self, certificate: x509.Certificate) -> DeployedAuthority:
        named = self._by_subject.get(certificate.issuer.public_bytes(), [])
        if not named:
            issuer = certificate.issuer.rfc4514_string()
            raise UnfitCertificate("unknown_issuer", f"its issuer {issuer} is none of the environment's")
        algorithm = certificate.signature_hash_algorithm
        if algorithm is None or algorithm.name not in SIGNATURE_HASHES:
            raise UnfitCertificate("weak_signature", "is not signed with SHA-256, SHA-384 or SHA-512")
        for authority in named:
            if _signed(certificate, authority.certificate):
                return authority
        names = " or ".join(authority.name for authority in named)
        raise UnfitCertificate("bad_signature", f"names the authority {names}, whose key did not sign it")

    def _check_time(self, certificate: x509.Certificate) -> None:
        first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if self._now < first:
            raise UnfitCertificate("not_yet_valid", f"is valid from {first:%Y-%m-%d %H:%M} UTC on, not yet")
        if self._now >= last:
            raise UnfitCertificate("expired", f"expired at {last:%Y-%m-%d %H:%M} UTC")


def _subject(authority: DeployedAuthority) -> bytes:
    return authority.certificate.subject.public_bytes()


def _signed(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, *UNREADABLE):
        return False
    return True


def _check_leaf(certificate: x509.Certificate) -> None:
    """Refuse what may certify others (RFC 5280, 4.2.1.3 and 4.2.1.9)."""
    extensions = certificate.extensions
    is_authority = any(
        (isinstance(each.value, x509.BasicConstraints) and each.value.ca)
        or (isinstance(each.value, x509.KeyUsage) and each.value.key_cert_sign)
        for each in extensions
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


def _record(certificate: x509.Certificate, key: PublicKey, authority: DeployedAuthority) -> IssuanceRecord:
    try:
        return IssuanceRecord(
            certificate_id=certificate_id(certificate),
            thing_name=UNSETTLED,
            subject=certificate.subject.rfc4514_string(),
            serial=f"{certificate.serial_number:x}",
            public_key_hash=public_key_hash(key),
            issuer=authority.id,
            # Nobody knows the hour; it is what the certificate says of its own beginning.
            issued_at=certificate.not_valid_before_utc,
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            certificate=pem(certificate),
            source=Source.IMPORTED,
        )
    except InvalidRecord as invalid:
        raise UnfitCertificate("malformed", str(invalid)) from None
