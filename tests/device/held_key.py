"""A device under test: a folder, an environment, and the options that name its key."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509

SCRIPTS = Path(__file__).parents[2] / "scripts" / "device"
# The device's own Python; DEVICE_PYTHON names another, e.g. the oldest that the scripts run on.
SYSTEM_PYTHON = (
    os.environ.get("DEVICE_PYTHON")
    or shutil.which("python3", path="/usr/bin:/usr/local/bin")
    or sys.executable
)
THING = "pump-7"


@dataclass(frozen=True)
class Device:
    """Runs commands as on a device: in its folder, with its environment and nothing of the caller's."""

    folder: Path
    environment: Mapping[str, str]
    key_options: tuple[str, ...]

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def shell(self, line: str) -> subprocess.CompletedProcess[str]:
        """Run a line as a person types it."""
        return self.run("bash", "-c", line)

    def command(self, name: str, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.run(SYSTEM_PYTHON, str(SCRIPTS / name), *options, **variables)

    def make_csr(self, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.command("make_csr", *options, **variables)

    def connect(self, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.command("connect", *options, **variables)

    def renew(self, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.command("renew", *options, **variables)

    def doctor(self, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.command("doctor", *options, **variables)


Enrol = Callable[[Device], x509.Certificate]  # the fixture `enrol`: a device gets its zymkey.crt


@dataclass(frozen=True)
class Token:
    """A SoftHSM2 token with one P-256 key pair, `device-key`."""

    environment: Mapping[str, str]
    module: Path
    pin: str = field(repr=False)
    label: str = "device"

    @property
    def uri(self) -> str:
        """The key, without the PIN."""
        return f"pkcs11:token={self.label};object=device-key;type=private"

    @property
    def uri_with_pin(self) -> str:
        return f"{self.uri};pin-value={self.pin}"

    def tool(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run OpenSC's pkcs11-tool, logged in."""
        login = ["--token-label", self.label, "--login", "--pin", self.pin]
        return subprocess.run(
            ["pkcs11-tool", "--module", str(self.module), *login, *options],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
