"""Handing a CSR to whoever signs it, by a command of the operator's."""

from __future__ import annotations

import subprocess

from .certificate import certificates_in
from .errors import DeviceError

PATIENCE = 600.0  # seconds; somebody at the desk may have to confirm


def signed(csr: str, command: str) -> str:
    """Return every certificate (PEM) that the shell command answers to `csr` on its stdin.

    What it says on stderr goes to the caller's, and it may ask at the terminal, as ssh does.

    Raises:
        DeviceError: it failed, took too long, or gave no certificate.
    """
    try:
        done = subprocess.run(  # nosec B607 # the user's own command, by the user's own shell
            ["sh", "-c", command],
            input=csr.encode(),
            stdout=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DeviceError(f"--sign-command: no certificate within {PATIENCE:.0f} seconds") from None
    if done.returncode != 0:
        raise DeviceError(f"--sign-command ended with {done.returncode}: see what it said above")
    found = certificates_in(done.stdout.decode("ascii", "replace"))
    if not found:
        raise DeviceError("--sign-command gave no certificate (PEM) on its stdout")
    return found
