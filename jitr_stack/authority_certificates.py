"""Certificates that an environment gives: read and checked when it is loaded, not when it is deployed.

What may change with time (an end of validity) is left to the deploy, so that a synthesis of today works
tomorrow; so is the registration code, which only AWS knows.
"""

import hashlib
import re
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

REGISTRATION_CODE = re.compile(r"[0-9a-f]{64}")
LARGEST = 64 * 1024
"""Bytes of a file of certificates; RegisterCACertificate takes no more."""

WEAK = (hashes.MD5, hashes.SHA1)
CURVES = (ec.SECP256R1, ec.SECP384R1)
SHORTEST_RSA = 2048


def read(file: Path) -> str:
    """Read a file of certificates.

    Raises:
        ValueError: it cannot be read; the text names the file.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ValueError(f"{file}: {error.strerror}") from None
    if len(content) > LARGEST:
        raise ValueError(f"{file}: {len(content)} bytes; certificates are at most {LARGEST}")
    return content.decode("ascii", "replace")


def checked_chain(text: str) -> list[x509.Certificate]:
    """Give an authority's certificate and those that lead to its root.

    Raises:
        ValueError: not certificates, no authority, too weak, or each is not signed by the next.
    """
    if "PRIVATE KEY" in text:
        raise ValueError("a private key stands with the certificate; it must not be here")
    try:
        chain = x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        raise ValueError("no certificate in PEM") from None
    for certificate in chain:
        _check_authority(certificate)
    for certificate, issuer in pairwise(chain):
        _check_signed(certificate, issuer, "each certificate must be followed by the one that signed it")
    return chain


def check_verification(text: str, ca: x509.Certificate) -> None:
    """Check that a verification certificate is one, and the authority's.

    Raises:
        ValueError: what is wrong with it.
    """
    try:
        certificate = x509.load_pem_x509_certificate(text.encode())
    except ValueError:
        raise ValueError("verification_certificate: no certificate in PEM") from None
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    if len(names) != 1 or not REGISTRATION_CODE.fullmatch(str(names[0].value)):
        raise ValueError("verification_certificate: its common name is no registration code (64 hex digits)")
    _check_signed(certificate, ca, "verification_certificate: the authority in `certificate` did not sign it")


def id_of(text: str) -> str:
    """Give the id that AWS IoT gives the first certificate of `text`."""
    first = x509.load_pem_x509_certificate(text.encode())
    return hashlib.sha256(first.public_bytes(serialization.Encoding.DER)).hexdigest()


def _check_authority(certificate: x509.Certificate) -> None:
    name = certificate.subject.rfc4514_string() or "an authority without a name"
    if not _is_authority(certificate):
        raise ValueError(
            f"{name} is no authority: basicConstraints CA:TRUE and keyUsage keyCertSign are needed"
        )
    key = certificate.public_key()
    strong = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, CURVES)
    strong |= isinstance(key, rsa.RSAPublicKey) and key.key_size >= SHORTEST_RSA
    if not strong or isinstance(certificate.signature_hash_algorithm, WEAK):
        raise ValueError(f"{name}: AWS IoT takes P-256, P-384, or RSA of 2048 bits and more, with SHA-2")


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return constraints.ca and usage.key_cert_sign


def _check_signed(certificate: x509.Certificate, issuer: x509.Certificate, otherwise: str) -> None:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        raise ValueError(otherwise) from None
