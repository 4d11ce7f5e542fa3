"""How a certificate and a key are named: by the hash of their encoding."""

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from pki.keys import PublicKey


def certificate_id(certificate: x509.Certificate) -> str:
    """Give the id that AWS IoT knows a certificate by: 64 lowercase hex digits, the SHA-256 of its DER."""
    return hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()


def public_key_hash(public_key: PublicKey) -> str:
    """Give the SHA-256 of a key's SubjectPublicKeyInfo (DER) as 64 lowercase hex digits."""
    return hashlib.sha256(subject_public_key_info(public_key)).hexdigest()


def subject_public_key_info(public_key: PublicKey) -> bytes:
    """Encode a public key as in a certificate (DER; RFC 5280, 4.1.2.7)."""
    return public_key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def pem(certificate: x509.Certificate) -> str:
    """Write a certificate as PEM text, ending in a newline."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")
