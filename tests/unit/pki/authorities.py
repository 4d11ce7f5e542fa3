"""Authorities and requests that the tests of certificates share."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from pki.authority import subject_name
from pki.keys import SigningKey
from pki.request import DeviceRequest, read_request
from tests.unit.pki import forging as forge

NOW = datetime(2030, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
SUBJECT = subject_name({"country": "US", "organization": "Example", "common_name": "Example fleet CA"})
TEN_YEARS = timedelta(days=3650)


def device_request(key: SigningKey = forge.DEVICE_KEY) -> DeviceRequest:
    subject = forge.name(
        (NameOID.COUNTRY_NAME, "US"), (NameOID.ORGANIZATION_NAME, "Zymbit"), (NameOID.COMMON_NAME, "device-1")
    )
    return read_request(forge.request_pem(subject, key))


def usages(usage: x509.KeyUsage) -> set[str]:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
    )
    return {name for name in names if getattr(usage, name)}


def bare_authority(key: SigningKey) -> x509.Certificate:
    """Make an authority as somebody else might have: without identifiers."""
    return (
        x509.CertificateBuilder()
        .subject_name(SUBJECT)
        .issuer_name(SUBJECT)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=100))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
