"""Where an authority's certificate comes from, and who shows AWS IoT that its key is held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from cryptography import x509

from certificate_authority.permission import once_allowed
from certificate_authority.properties import AuthorityProperties, External, SelfSigned, Subordinate
from pki.authority import authority_certificate, lifetime, verification_certificate
from pki.custody import UnusableKey, custody
from pki.given import UnfitCertificate, check_in_time, check_verification
from pki.keys import SigningKey
from pki.path import CertificationPath


class Origin(Protocol):
    """A maker or giver of one authority's certificate."""

    def describes(self, certificate: x509.Certificate) -> bool:
        """Say whether a certificate is the one that is wanted."""

    def path(self, certificate: x509.Certificate | None = None) -> CertificationPath:
        """Give a known certificate with those above it; without one, give a new authority's.

        Raises:
            BadSignature: the key's holder returned a wrong signature.
            UnfitCertificate: the certificate that was given is out of its time.
        """

    def verification(self, ca: x509.Certificate, registration_code: str) -> x509.Certificate:
        """Give the certificate that shows AWS IoT that the key of `ca` is held.

        Raises:
            BadSignature: the key's holder returned a wrong signature.
            UnfitCertificate: the one that was given shows nothing of the kind.
        """


@dataclass(frozen=True)
class SelfSignedOrigin:
    """The key is held here, and signs the authority's own certificate."""

    key: SigningKey
    subject: x509.Name
    validity: timedelta

    def describes(self, certificate: x509.Certificate) -> bool:
        """See `Origin`."""
        return (
            certificate.subject == self.subject
            and certificate.issuer == self.subject
            and certificate.public_key() == self.key.public_key()
            and lifetime(certificate) == self.validity
        )

    def path(self, certificate: x509.Certificate | None = None) -> CertificationPath:
        """See `Origin`."""
        return CertificationPath(certificate or authority_certificate(self.key, self.subject, self.validity))

    def verification(self, ca: x509.Certificate, registration_code: str) -> x509.Certificate:
        """See `Origin`."""
        return verification_certificate(ca, self.key, registration_code)


@dataclass(frozen=True)
class GivenOrigin:
    """Somebody else signed the certificate; the key is held here, or (None) with them."""

    given: CertificationPath
    key: SigningKey | None
    verification_given: x509.Certificate | None = None

    def describes(self, certificate: x509.Certificate) -> bool:
        """See `Origin`."""
        return certificate == self.given.authority

    def path(self, certificate: x509.Certificate | None = None) -> CertificationPath:
        """See `Origin`."""
        if certificate is None:
            check_in_time(self.given.authority, "the authority's certificate")
        return self.given

    def verification(self, ca: x509.Certificate, registration_code: str) -> x509.Certificate:
        """See `Origin`."""
        if self.key is not None:
            return verification_certificate(ca, self.key, registration_code)
        if self.verification_given is None:
            raise UnfitCertificate(
                "in the mode DEFAULT an external authority needs a verification certificate; "
                "let the authority sign a request for one (jitr ca verification-csr)"
            )
        check_verification(self.verification_given, ca, registration_code)
        return self.verification_given


def open_origin(wanted: AuthorityProperties, connect: Callable[[str], Any]) -> Origin:
    """Open the origin that the properties name; a key that is held here is made now if there is none yet.

    Raises:
        UnusableKey: there is no such key, or it is not the one in the certificate that was given.
        botocore.exceptions.ClientError: AWS refused a call.
    """
    match wanted.certificate:
        case External(path, verification):
            return GivenOrigin(path, None, verification)
        case Subordinate(held, path):
            keys = custody(held.custody, held.key_id, connect)
            key = once_allowed(lambda: keys.create_key(held.algorithm))
            if key.public_key() != path.authority.public_key():
                raise UnusableKey(
                    f"the certificate given is not for the key in custody ({held.key_id}); let the authority "
                    "above it sign a request made with that key"
                )
            return GivenOrigin(path, key)
        case SelfSigned(held, subject, validity):
            keys = custody(held.custody, held.key_id, connect)
            # The first call to AWS, so it is the one that meets a role that is not known everywhere yet.
            return SelfSignedOrigin(once_allowed(lambda: keys.create_key(held.algorithm)), subject, validity)
