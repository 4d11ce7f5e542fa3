"""Reading and writing authorities' certificates and keys, with a line for everything that can be wrong."""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import typer
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from jitr.failure import BadUseError
from jitr.files import read
from pki.identity import public_key_hash
from pki.keys import PublicKey, SigningKey

# openssl ecparam -genkey writes a block of parameters before the key.
PRIVATE_KEY = re.compile(rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.+?-----END \1-----", re.DOTALL)


def authority(
    certificate: Path, key: Path, passphrase_file: Path | None
) -> tuple[x509.Certificate, SigningKey]:
    """Read an authority's certificate and key and see that they belong together and may sign now.

    Raises:
        BadUseError: a file that cannot be read, no authority, expired, another key.
    """
    ca = read_authority(certificate)
    signing_key = read_key(key, passphrase_file)
    public = ca.public_key()
    if not isinstance(public, PublicKey) or public_key_hash(public) != public_key_hash(
        signing_key.public_key()
    ):
        raise BadUseError(
            f"{key}: is not the private key of {certificate}; give the pair that was made together"
        )
    return ca, signing_key


def read_authority(path: Path) -> x509.Certificate:
    """Read the certificate of an authority that is valid now.

    Raises:
        BadUseError: unreadable, not an authority's, not yet or no longer valid.
    """
    certificate = read_certificate(path)
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
        is_authority = constraints.value.ca
    except (x509.ExtensionNotFound, ValueError):
        is_authority = False
    if not is_authority:
        raise BadUseError(f"{path}: is no authority's certificate (basicConstraints CA:TRUE is missing)")
    now = datetime.now(UTC)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise BadUseError(
            f"{path}: is valid from {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} to "
            f"{certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC, not now; make another authority"
        )
    return certificate


def read_certificate(path: Path) -> x509.Certificate:
    """Read one certificate (PEM).

    Raises:
        BadUseError: unreadable, or not exactly one certificate.
    """
    try:
        found = x509.load_pem_x509_certificates(read(path))
    except ValueError:
        raise BadUseError(f"{path}: is no certificate in PEM form") from None
    if len(found) != 1:
        raise BadUseError(f"{path}: holds {len(found)} certificates; one is expected")
    return found[0]


def read_key(path: Path, passphrase_file: Path | None) -> SigningKey:
    """Read a private key (PEM: PKCS #8, or OpenSSL's own forms), decrypting it if it is encrypted.

    The passphrase comes from the first line of `passphrase_file`, or from the person at the terminal.

    Raises:
        BadUseError: unreadable, no private key, neither elliptic nor RSA, wrong passphrase.
    """
    block = PRIVATE_KEY.search(read(path))
    if block is None:
        raise BadUseError(f"{path}: holds no private key in PEM form")
    encrypted = b"ENCRYPTED" in block[0]
    passphrase = _passphrase(path, passphrase_file) if encrypted else None
    try:
        key = serialization.load_pem_private_key(block[0], passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        reason = "the passphrase does not open it" if encrypted else "its private key cannot be read"
        raise BadUseError(f"{path}: {reason}") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise BadUseError(f"{path}: is neither an elliptic (P-256, P-384) nor an RSA key")
    return key


def key_pem(key: SigningKey, passphrase_file: Path | None) -> bytes:
    """Write a private key as PEM (PKCS #8), encrypted when there is a passphrase file."""
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase_file is not None:
        protection = serialization.BestAvailableEncryption(_first_line(passphrase_file))
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)


def _passphrase(path: Path, passphrase_file: Path | None) -> bytes:
    if passphrase_file is not None:
        return _first_line(passphrase_file)
    if not sys.stdin.isatty():
        raise BadUseError(
            f"{path}: is encrypted, and nobody is here to be asked; give --passphrase-file FILE"
        )
    return str(typer.prompt(f"Passphrase of {path}", hide_input=True, err=True)).encode()


def _first_line(path: Path) -> bytes:
    lines = read(path).splitlines()
    if not lines or not lines[0]:
        raise BadUseError(f"{path}: its first line, the passphrase, is empty")
    return lines[0]
