"""Which certificates get a record: those that the issuance function might have signed itself."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from adoption.device_certificate import UNREADABLE, record_of
from adoption.unfit import UnfitCertificate
from jitr.environment_authorities import DeployedAuthority
from pki.identity import certificate_id
from pki.names import long_names, subject_fields
from pki.refused import RefusedRequest
from provisioning.provisioner import Provisioner, UnfitProvisioning
from records.record import IssuanceRecord, Source

SIGNATURE_HASHES = {"sha256", "sha384", "sha512"}


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
        authority = self._issuer(certificate)
        self._check_time(certificate)
        record = record_of(certificate, authority.id, Source.IMPORTED)
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
