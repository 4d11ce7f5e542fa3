"""A device's key: held in SoftHSM2 where that is installed, else in a file and called so."""

import os
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from device.jitr_device.pkcs11 import find_engine, find_softhsm_module
from jitr import files
from jitr.options import CHECKOUT
from jitr.trial.programs import run

CONFIGURATION = "SOFTHSM2_CONF"  # names the file that says where SoftHSM2's tokens lie
TOKEN, LABEL = "device", "device-key"
MAKE_CSR = CHECKOUT / "scripts" / "device" / "make_csr"


@dataclass(frozen=True)
class SoftwareKey:
    """A key in a file, made by make_csr; for development only."""

    folder: Path
    label: str = "software key (development only: a file, not held in hardware)"

    @property
    def environment(self) -> dict[str, str]:
        """What programs need to find the key: nothing more."""
        return dict(os.environ)

    @property
    def file(self) -> Path:
        """The private key (PEM)."""
        return self.folder / "device.key"

    def make(self) -> None:
        """Nothing to do beforehand: make_csr makes the file."""

    def csr_options(self) -> list[str]:
        """Options of make_csr that name the key."""
        return ["--software-key", str(self.file)]


@dataclass(frozen=True)
class HeldKey:
    """A key inside SoftHSM2 that cannot be taken out; OpenSSL reaches it through the engine `pkcs11`."""

    folder: Path
    module: Path
    pin: str = field(default_factory=lambda: secrets.token_hex(8), repr=False)
    label: str = "SoftHSM2, through the OpenSSL engine pkcs11"

    @property
    def environment(self) -> dict[str, str]:
        """What programs need to find the token: one of its own, so that no other key is near."""
        return os.environ | {
            CONFIGURATION: str(self.folder / "softhsm2.conf"),
            "PKCS11_MODULE_PATH": str(self.module),
            "DEVICE_PIN": self.pin,
        }

    def make(self) -> None:
        """Make a token and in it a key pair (P-256) that signs and cannot be read."""
        tokens = self.folder / "tokens"
        tokens.mkdir(parents=True)
        # No line end: OpenSSL's engine would take it for a part of the PIN.
        files.write(self.folder / "pin.txt", self.pin.encode(), files.PRIVATE)
        files.write(self.folder / "softhsm2.conf", f"directories.tokendir = {tokens}\n".encode())
        self._run(
            "softhsm2-util",
            "--init-token",
            "--free",
            "--label",
            TOKEN,
            "--so-pin",
            self.pin,
            "--pin",
            self.pin,
        )
        self._run(
            *(
                "pkcs11-tool",
                "--module",
                str(self.module),
                "--token-label",
                TOKEN,
                "--login",
                "--pin",
                "env:DEVICE_PIN",
            ),
            *("--keypairgen", "--key-type", "EC:prime256v1", "--usage-sign", "--label", LABEL, "--id", "01"),
        )

    def csr_options(self) -> list[str]:
        """Options of make_csr that name the key."""
        uri = f"pkcs11:token={TOKEN};object={LABEL};type=private"
        return ["--engine", "pkcs11", "--key", uri, "--pin-file", str(self.folder / "pin.txt")]

    def _run(self, *command: str) -> None:
        run(command, log=self.folder / f"{command[0]}.log", cwd=self.folder, env=self.environment)


DeviceKey = SoftwareKey | HeldKey


def choose(folder: Path) -> DeviceKey:
    """Choose how the key is held, by what is installed here."""
    module = find_softhsm_module()
    tools = all(map(shutil.which, ("softhsm2-util", "pkcs11-tool")))
    if module and tools and find_engine("pkcs11"):
        return HeldKey(folder, module)
    return SoftwareKey(folder)


def make_csr(key: DeviceKey, thing_name: str, csr: Path) -> None:
    """Run scripts/device/make_csr as on a device.

    Raises:
        FailureError: it failed.
    """
    command = [str(MAKE_CSR), "--thing-name", thing_name, "--out", str(csr), *key.csr_options()]
    run(command, log=key.folder / "make_csr.log", cwd=key.folder, env=key.environment)
