"""What a device's certificate says of itself, without AWS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pki.identity import certificate_id, pem
from pki.names import long_names, subject_fields

UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)
CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})
SMALLEST_RSA = 2048
DIGESTS = frozenset({"sha256", "sha384", "sha512"})


@dataclass(frozen=True)
class Leaf:
    """A certificate, read."""

    id: str
    not_before: datetime
    not_after: datetime
    subject: str
    issuer: str
    """RFC 4514, as the subject."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Attributes that the subject has exactly once, by the names that templates know."""
    issuer_fields: Mapping[str, str] = field(default_factory=dict)
    unfit: str | None = None
    """Why AWS IoT takes no such certificate, whoever signed it; None where it does."""
    pem: str = ""

    @property
    def common_name(self) -> str | None:
        """The subject's common name, if it has exactly one."""
        return self.fields.get("common_name")


def read_leaf(text: str) -> Leaf | None:
    """Read a certificate (the first of PEM text); None when there is none that can be read."""
    try:
        with long_names():
            return leaf_of(x509.load_pem_x509_certificates(text.encode())[0])
    except UNREADABLE:
        return None


def leaf_of(certificate: x509.Certificate) -> Leaf:
    """Read what matters of a certificate.

    Raises:
        One of UNREADABLE: it cannot be read.
    """
    return Leaf(
        id=certificate_id(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        fields=subject_fields(certificate.subject),
        issuer_fields=subject_fields(certificate.issuer),
        unfit=_unfit(certificate),
        pem=pem(certificate),
    )


def signed_by(leaf: Leaf, authority: str) -> bool | None:
    """Tell whether an authority (PEM) made a certificate's signature; None when one of both is unreadable."""
    try:
        with long_names():
            certificate = x509.load_pem_x509_certificate(leaf.pem.encode())
            certificate.verify_directly_issued_by(x509.load_pem_x509_certificates(authority.encode())[0])
    except InvalidSignature:
        return False
    except UNREADABLE as error:
        # Another name than the issuer's is a ValueError, and as good as another signature.
        return False if "name" in str(error) else None
    return True


def _unfit(certificate: x509.Certificate) -> str | None:
    """Say what AWS IoT refuses at the TLS handshake (developer guide, "X.509 client certificates")."""
    key, digest = certificate.public_key(), certificate.signature_hash_algorithm
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < SMALLEST_RSA:
        return f"its RSA key has {key.key_size} bits, and AWS IoT takes 2048 at least"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name not in CURVES:
        return f"its key is on the curve {key.curve.name}; AWS IoT takes P-256, P-384 and P-521"
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return "its key is neither RSA nor elliptic (P-256, P-384, P-521)"
    if digest is None or digest.name not in DIGESTS:
        return f"it is signed with {digest.name if digest else 'no digest'}, not SHA-256, SHA-384 or SHA-512"
    return None
