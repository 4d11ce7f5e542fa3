"""A factory that signs offline, for the tests of imports."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from jitr.environment_authorities import DeployedAuthority
from pki.authority import authority_certificate, subject_name
from pki.identity import pem

NOW = datetime.now(UTC).replace(microsecond=0)
CA_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
DEVICE_KEY = ec.generate_private_key(ec.SECP256R1())
CA = authority_certificate(
    CA_KEY, subject_name({"organization": "Works", "common_name": "Works CA"}), timedelta(days=3650)
)
FLEET = DeployedAuthority("fleet", CA)


def common_name(*names: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name) for name in names])


def leaf(  # noqa: PLR0913  a certificate has that many parts
    subject: x509.Name | str = "pump-1",
    *,
    ca: x509.Certificate = CA,
    ca_key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = CA_KEY,
    key: CertificatePublicKeyTypes | None = None,
    first: datetime = NOW - timedelta(days=1),
    last: datetime = NOW + timedelta(days=365),
    extensions: tuple[x509.ExtensionType, ...] = (),
    hash_: hashes.HashAlgorithm | None = None,
    padding: object = None,
) -> x509.Certificate:
    """A certificate as a factory might make it, sound unless told otherwise."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(common_name(subject) if isinstance(subject, str) else subject)
        .issuer_name(ca.subject)
        .public_key(key or DEVICE_KEY.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(last)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(ca_key, hash_ or hashes.SHA256(), rsa_padding=padding)  # type: ignore[arg-type]  # any


def leaf_pem(name: str = "pump-1") -> str:
    return pem(leaf(name))


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
