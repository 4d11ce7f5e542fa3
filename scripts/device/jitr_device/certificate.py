"""The device's certificate: its id at AWS, and the thing it names."""

from __future__ import annotations

import hashlib
import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from .errors import DeviceError
from .tool import run

FIRST_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class Certificate:
    """What `connect` needs to know of a certificate file."""

    file: Path
    certificate_id: str  # lowercase hex SHA-256 of the DER certificate: AWS's own id for it
    common_name: Optional[str]


def read_certificate(file: Path) -> Certificate:
    """Read the file's first certificate; DeviceError when there is none."""
    try:
        text = file.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise DeviceError(f"{file}: the certificate cannot be read ({error.strerror})") from None
    found = FIRST_CERTIFICATE.search(text)
    if found is None:
        raise DeviceError(f"{file}: holds no certificate (PEM); give the signed one with --cert")
    try:
        der = ssl.PEM_cert_to_DER_cert(found.group())
    except ValueError:
        raise DeviceError(f"{file}: its certificate is damaged (no valid base64)") from None
    return Certificate(file.absolute(), hashlib.sha256(der).hexdigest(), _common_name(file))


def _common_name(file: Path) -> Optional[str]:
    """Ask openssl, which prints one attribute a line: the standard library reads no X.509 files."""
    command = ["openssl", "x509", "-in", str(file.absolute()), "-noout", "-subject", "-nameopt", "multiline"]
    read = run(command, folder=file.absolute().parent, timeout=60)
    if read.exit_code != 0:
        raise DeviceError(f"{file}: its certificate is damaged (openssl cannot read it)")
    found = re.search(r"^\s+commonName\s+= (.*)$", read.output, re.MULTILINE)
    return found.group(1) if found else None
