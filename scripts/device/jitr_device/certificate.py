"""The device's certificate: its id at AWS, the thing it names, its key, and when it is valid."""

from __future__ import annotations

import hashlib
import re
import ssl
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Optional

from .errors import DeviceError
from .tool import run

A_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
PUBLIC_KEY = re.compile(r"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)
LONG_NAME = re.compile(r"^    (\w[\w.]*)\s* = (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Certificate:
    """What the commands need to know of a certificate file."""

    file: Path
    certificate_id: str  # lowercase hex SHA-256 of the DER certificate: AWS's own id for it
    subject: tuple[tuple[str, str], ...]  # openssl's long names, e.g. ("commonName", "pump-7")
    public_key: str  # PEM
    not_before: datetime
    not_after: datetime

    @property
    def common_name(self) -> Optional[str]:
        """The thing's name, where there is one."""
        return dict(self.subject).get("commonName")


def read_certificate(file: Path) -> Certificate:
    """Read the file's first certificate; DeviceError when there is none."""
    try:
        text = file.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise DeviceError(f"{file}: the certificate cannot be read ({error.strerror})") from None
    found = A_CERTIFICATE.search(text)
    if found is None:
        raise DeviceError(f"{file}: holds no certificate (PEM); give the signed one with --cert")
    try:
        der = ssl.PEM_cert_to_DER_cert(found.group())
    except ValueError:
        raise DeviceError(f"{file}: its certificate is damaged (no valid base64)") from None
    return _described(file, hashlib.sha256(der).hexdigest())


def certificates_in(text: str) -> str:
    """Return every certificate in a text (PEM, one after the other), and nothing else of it."""
    return "".join(f"{found.group()}\n" for found in A_CERTIFICATE.finditer(text))


def _described(file: Path, certificate_id: str) -> Certificate:
    """Ask openssl, which prints one attribute a line: the standard library reads no X.509 files."""
    said = _openssl(file, "-subject", "-nameopt", "multiline,-esc_msb,utf8", "-pubkey", "-dates")
    key = PUBLIC_KEY.search(said)
    return Certificate(
        file,
        certificate_id,
        tuple((found.group(1), _unescaped(found.group(2))) for found in LONG_NAME.finditer(said)),
        key.group() if key else "",
        _date(said, "notBefore"),
        _date(said, "notAfter"),
    )


def _openssl(file: Path, *options: str) -> str:
    command = ["openssl", "x509", "-in", str(file.absolute()), "-noout", *options]
    read = run(command, folder=file.absolute().parent, timeout=60)
    if read.exit_code != 0:
        raise DeviceError(f"{file}: its certificate is damaged (openssl cannot read it)")
    return read.output


def _unescaped(value: str) -> str:
    """Undo `esc_ctrl`, which keeps a value on one line, for the backslash; others belong in no subject."""
    return value.replace(r"\\", "\\")


def _date(said: str, name: str) -> datetime:
    """Read `notAfter=Jan  5 09:34:43 2018 GMT`."""
    value = said.partition(f"{name}=")[2].partition("\n")[0]
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(value), timezone.utc)
