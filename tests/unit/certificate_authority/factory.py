"""A factory with authorities of its own, whose keys never come near AWS."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from contract import KeyAlgorithm
from pki.authority import verification_certificate
from pki.identity import pem
from pki.keys import PublicKey, SigningKey, generate_key
from tests.unit.certificate_authority.honest_iot import REGISTRATION_CODE

YEAR = timedelta(days=365)


@dataclass(frozen=True, eq=False)
class FactoryAuthority:
    key: SigningKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return pem(self.certificate)

    def verification(self, code: str = REGISTRATION_CODE, now: datetime | None = None) -> str:
        return pem(verification_certificate(self.certificate, self.key, code, now))


def authority(
    name: str = "Factory", issuer: FactoryAuthority | None = None, algorithm: KeyAlgorithm = KeyAlgorithm.P256
) -> FactoryAuthority:
    """An authority, self-signed or signed by `issuer`; the same at every call."""
    return _authority(name, issuer, algorithm)


@cache
def _authority(name: str, above: FactoryAuthority | None, algorithm: KeyAlgorithm) -> FactoryAuthority:
    key = generate_key(algorithm)
    return FactoryAuthority(key, certify(named(name), key.public_key(), above or key))


def certify(  # noqa: PLR0913  # what a test wants to vary
    subject: x509.Name,
    public_key: PublicKey,
    issuer: FactoryAuthority | SigningKey,
    *,
    starts: datetime | None = None,
    validity: timedelta = 10 * YEAR,
    ca: bool = True,
) -> x509.Certificate:
    """Certify a key; with a bare key as the issuer, the certificate names itself."""
    itself = not isinstance(issuer, FactoryAuthority)
    start = starts or datetime.now(UTC) - timedelta(hours=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if itself else issuer.certificate.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + validity)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(issuer if itself else issuer.key, hashes.SHA256())
    )


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
