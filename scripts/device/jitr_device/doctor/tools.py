"""The programs that the commands run."""

from __future__ import annotations

import re
import shutil
from typing import Optional

from ..key_holder import EngineKey
from ..pkcs11 import find_engine
from ..tool import DEBIAN_PACKAGES, run
from .check import Finding, failed, ok, warning
from .device import Device

FIRST_WITHOUT_ENGINES = (4, 0)  # OpenSSL: ENGINE is gone
FIRST_FIT = (1, 1, 1)  # OpenSSL: TLS 1.3, and the options used here
CURL_WITHOUT_ENGINES = (
    (8, 14, 0),
    (8, 14, 1),
)  # curl's changelog: --engine broken in 8.14.0, mended in 8.15.0

ENGINES_ARE_GONE = (
    "OpenSSL 4 has no engines: keep this device on OpenSSL 3 (Debian 12 and 13 have it), or let a program use"
    " the key by its PKCS#11 module, as AWS's SDKs do"
)
ENGINE_PACKAGES = {"zymkey_ssl": "libzymkeyssl, from Zymbit", "pkcs11": "Debian's libengine-pkcs11-openssl"}


def openssl(device: Device) -> Finding:
    """Look for an OpenSSL that knows what the key holder needs."""
    if shutil.which("openssl") is None:
        return failed("not installed", _install("openssl"))
    said = _said(device, "openssl", "version")
    name, version = said.partition(" ")[0], version_in(said)
    if name != "OpenSSL" or version < FIRST_FIT:
        return failed(said, "OpenSSL 1.1.1 or newer is needed: upgrade, or put it first on the PATH")
    if version >= FIRST_WITHOUT_ENGINES and isinstance(device.holder, EngineKey):
        return failed(said, ENGINES_ARE_GONE)
    return ok(said)


def engine(device: Device) -> Finding:
    """Let openssl load the key holder's engine."""
    name = device.holder.engine if isinstance(device.holder, EngineKey) else ""
    said = _said(device, "openssl", "engine", "-t", name)
    if "[ available ]" in said:
        return ok(f"{name}, {find_engine(name) or 'built in'}")
    package = ENGINE_PACKAGES.get(name, f"the package that brings {name}.so")
    if find_engine(name) is None:
        return failed(f"{name} is not in openssl's folder of engines", f"install {package}")
    trouble = next((line for line in said.splitlines() if "error:" in line), said)
    return failed(f"{find_engine(name)} does not load: {trouble[:200]}", f"reinstall {package}")


def provider(device: Device) -> Finding:
    """Let openssl load the TPM's provider, which talks to the TPM at once."""
    said = _said(device, "openssl", "list", "-providers", "-provider", "tpm2")
    if "status: active" in said:
        return ok("tpm2")
    if "IO failure" in said or "tcti" in said:
        return failed(
            "tpm2 finds no TPM",
            "see /dev/tpmrm0 and who may open it (group tss); TPM2OPENSSL_TCTI names another",
        )
    return failed("tpm2 does not load", "install Debian's tpm2-openssl")


def curl(device: Device) -> Finding:
    """Look for a curl that can use the key."""
    if shutil.which("curl") is None:
        return warning("not installed: no HTTPS on port 8443", _install("curl"))
    said = _said(device, "curl", "--version").partition("\n")[0]
    text = " ".join(said.split()[:2])
    if not isinstance(device.holder, EngineKey):
        return ok(text)
    if version_in(said) in CURL_WITHOUT_ENGINES:
        return warning(
            f"{text} cannot use engines, so no held key over HTTPS on port 8443",
            "install curl 8.15.0 or newer; until then use MQTT, or HTTPS on port 443, which openssl speaks",
        )
    if "OpenSSL/" not in said:
        return warning(
            f"{text} is built without OpenSSL, and knows no engines", "install a curl with OpenSSL"
        )
    return ok(text)


def mosquitto_pub(device: Device) -> Finding:
    """Look for a mosquitto_pub that can use the key."""
    if shutil.which("mosquitto_pub") is None:
        return warning("not installed: no MQTT", _install("mosquitto_pub"))
    said = _said(device, "mosquitto_pub", "--help")
    version = ".".join(map(str, version_in(said.partition("version")[2])))
    wanted = ["--tls-alpn"] + (["--tls-engine"] if isinstance(device.holder, EngineKey) else [])
    missing = next((option for option in wanted if option not in said), None)
    if missing:
        return warning(
            f"{version} knows no {missing}", "install mosquitto-clients 1.6 or newer, built with TLS"
        )
    return ok(f"mosquitto_pub {version}")


def version_in(text: str) -> tuple[int, ...]:
    """Return the first version number in a text; () when there is none."""
    found: Optional[re.Match[str]] = re.search(r"\d+(\.\d+)+", text)
    return tuple(map(int, found.group().split("."))) if found else ()


def _install(tool: str) -> str:
    return f"apt install {DEBIAN_PACKAGES[tool]}"


def _said(device: Device, *command: str) -> str:
    return run(command, folder=device.folder, timeout=30, environment=device.holder.environment).text
