"""What the device tests need beyond Python; a test without it is skipped, and names the Debian package."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from device.jitr_device.pkcs11 import find_engine, find_softhsm_module


def find_provider(name: str) -> Path | None:
    """A provider of OpenSSL 3; each version of openssl says where it looks."""
    said = subprocess.run(["openssl", "version", "-m"], capture_output=True, text=True, check=False).stdout
    file = Path(said.partition('"')[2].rstrip('"\n')) / f"{name}.so"
    return file if file.is_file() else None


PRESENT = {
    "gcc": shutil.which("gcc") is not None,
    "libssl-dev": Path("/usr/include/openssl/engine.h").exists(),
    "openssl": shutil.which("openssl") is not None,
    "curl": shutil.which("curl") is not None,
    "mosquitto-clients": shutil.which("mosquitto_pub") is not None,
    "softhsm2": shutil.which("softhsm2-util") is not None and find_softhsm_module() is not None,
    "opensc": shutil.which("pkcs11-tool") is not None,
    "libengine-pkcs11-openssl": find_engine("pkcs11") is not None,
    "swtpm": shutil.which("swtpm") is not None,
    "tpm2-tools": shutil.which("tpm2_createprimary") is not None,
    "tpm2-openssl": find_provider("tpm2") is not None,
}

ENGINE_STAND_IN = ("openssl", "gcc", "libssl-dev")
TPM = ("openssl", "swtpm", "tpm2-tools", "tpm2-openssl")
SOFTHSM = ("openssl", "softhsm2", "opensc", "libengine-pkcs11-openssl")


def need(*packages: str) -> None:
    """Skip the test that asks, unless all these Debian packages are here."""
    missing = [package for package in packages if not PRESENT[package]]
    if missing:
        pytest.skip(f"needs Debian package {', '.join(missing)}")
