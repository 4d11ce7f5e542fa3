"""A key in a PEM file, for development."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from .errors import DeviceError
from .tool import run

NOTICE = "for development only: this key is NOT held in hardware, whoever reads the file is the device"


def make_software_key(file: Path, *, force: bool) -> bool:
    """Make a P-256 key in `file` (PEM, mode 0600) unless there is one; whether one was made.

    `force` replaces a key that is there: the device's certificate is worthless afterwards.
    """
    if file.exists() and not force:
        return False
    pem = _generated()
    try:
        (_replace if force else _create)(file, pem)
    except OSError as error:
        raise DeviceError(f"{file}: the key cannot be written ({error.strerror})") from None
    return True


def _generated() -> str:
    command = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
    made = run([*command, "-pkeyopt", "ec_param_enc:named_curve"], folder=Path.cwd(), timeout=60)
    if made.exit_code != 0 or "PRIVATE KEY" not in made.output:
        raise DeviceError(f"openssl could not make a key: {made.errors or 'it said nothing'}")
    return made.output + "\n"


def _create(file: Path, pem: str) -> None:
    """Write a file that was not there before, not even a moment ago."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(pem)


def _replace(file: Path, pem: str) -> None:
    """Put the whole key in the other's place at once; mkstemp makes files that only their owner reads."""
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(number, "w") as opened:
            opened.write(pem)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink()
        raise
