"""The outer encoding of a request, as a TPM's provider leaves it and as the RFC has it."""

from __future__ import annotations

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from device.jitr_device.request_encoding import without_null
from tests.device.authority import common_name

ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
WITH_NULL = bytes.fromhex("300c06082a8648ce3d0403020500")


def request(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, name: str = "pump-7") -> bytes:
    made = x509.CertificateSigningRequestBuilder().subject_name(common_name(name)).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)


def pem(der: bytes) -> str:
    body = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{body}-----END CERTIFICATE REQUEST-----\n"


@pytest.mark.parametrize("name", ["a", "a" * 5, "a" * 64], ids=len)
def test_a_null_behind_ecdsa_is_taken_away(name: str) -> None:
    der = request(ec.generate_private_key(ec.SECP256R1()), name)
    length = int.from_bytes(der[2:4], "big") if der[1] == 0x82 else der[2]
    longer = (length + 2).to_bytes(2, "big")
    content = der[4:] if der[1] == 0x82 else der[3:]
    spoiled = b"\x30\x82" + longer + content.replace(ECDSA_WITH_SHA256, WITH_NULL)

    mended = without_null(pem(spoiled))

    again = x509.load_pem_x509_csr(mended.encode())
    assert again.is_signature_valid
    assert again.public_bytes(serialization.Encoding.DER) == der


@pytest.mark.parametrize(
    "key",
    [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)],
    ids=["ECDSA", "RSA"],
)
def test_a_request_as_the_rfc_has_it_is_left_alone(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
) -> None:
    proper = pem(request(key))

    assert without_null(proper) == proper


def test_what_is_no_request_is_left_alone() -> None:
    assert without_null("hello\n") == "hello\n"
