"""Requests of every kind, sound and forged; the forged ones are written in DER by hand."""

import base64

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pki.identity import subject_public_key_info
from pki.keys import SigningKey

DEVICE_KEY = ec.generate_private_key(ec.SECP256R1())

SEQUENCE, SET, OID, INTEGER, BIT_STRING, OCTETS, ATTRIBUTES = 0x30, 0x31, 0x06, 0x02, 0x03, 0x04, 0xA0
UTF8, PRINTABLE, T61, IA5, UNIVERSAL, BMP = 0x0C, 0x13, 0x14, 0x16, 0x1C, 0x1E
COMMON_NAME = bytes.fromhex("550403")
COUNTRY = bytes.fromhex("550406")
UNIQUE_IDENTIFIER = bytes.fromhex("55042d")
ORGANIZATION = bytes.fromhex("55040a")
EMAIL_ADDRESS = bytes.fromhex("2a864886f70d010901")
ECDSA_WITH_SHA256 = bytes.fromhex("2a8648ce3d040302")


def name(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    """Write a subject; names of any length, as long as they are not empty."""
    return x509.Name([x509.NameAttribute(oid, value, _validate=False) for oid, value in attributes])


def common_name(value: str) -> x509.Name:
    return name((NameOID.COMMON_NAME, value))


def request_pem(subject: x509.Name, key: SigningKey = DEVICE_KEY) -> str:
    """Make a sound request, as a device does."""
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return csr.public_bytes(serialization.Encoding.PEM).decode()


def pem(der: bytes, label: str = "CERTIFICATE REQUEST") -> str:
    return f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n"


def tlv(tag: int, *parts: bytes) -> bytes:
    """Write tag, length, value (DER; X.690, 8.1)."""
    body = b"".join(parts)
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    length = bytes([len(body)]) if len(body) < 128 else bytes([0x80 | len(size)]) + size
    return bytes([tag]) + length + body


def attribute(oid: bytes, string_type: int, value: bytes) -> bytes:
    return tlv(SEQUENCE, tlv(OID, oid), tlv(string_type, value))


def forged_pem(*rdns: bytes, spki: bytes | None = None) -> str:
    """Make a request, correctly signed, whose subject is written by hand: an argument for each RDN."""
    key = spki or subject_public_key_info(DEVICE_KEY.public_key())
    info = tlv(SEQUENCE, tlv(INTEGER, b"\0"), tlv(SEQUENCE, *rdns), key, tlv(ATTRIBUTES))
    signature = DEVICE_KEY.sign(info, ec.ECDSA(hashes.SHA256()))
    return pem(
        tlv(SEQUENCE, info, tlv(SEQUENCE, tlv(OID, ECDSA_WITH_SHA256)), tlv(BIT_STRING, b"\0" + signature))
    )


def rdn(*attributes: bytes) -> bytes:
    return tlv(SET, *sorted(attributes))
