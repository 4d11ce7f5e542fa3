"""An authority's certificate, and those above it up to the root: its certification path (RFC 5280, 6.1)."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509

from pki.identity import certificate_id, pem


@dataclass(frozen=True)
class CertificationPath:
    """An authority; `above` holds its issuer, that one's issuer and so on, with or without the root."""

    authority: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()

    @property
    def id(self) -> str:
        """The authority's certificate id."""
        return certificate_id(self.authority)

    @property
    def pem(self) -> str:
        """All certificates as PEM, the authority first."""
        return "".join(map(pem, (self.authority, *self.above)))

    @property
    def intermediates(self) -> tuple[x509.Certificate, ...]:
        """What a device sends behind its own certificate, its issuer first (RFC 8446, 4.4.2).

        A self-signed certificate may be left out there, so a self-signed authority has none.
        """
        return tuple(each for each in (self.authority, *self.above) if not is_self_issued(each))


def load_path(text: str) -> CertificationPath:
    """Read one or more certificates (PEM), as `CertificationPath.pem` writes them; nothing is checked.

    Raises:
        ValueError: there is no certificate, or one is unreadable.
    """
    authority, *above = x509.load_pem_x509_certificates(text.encode())
    return CertificationPath(authority, tuple(above))


def is_self_issued(certificate: x509.Certificate) -> bool:
    """Say whether a certificate names itself as its issuer, as a root does."""
    return certificate.subject == certificate.issuer
