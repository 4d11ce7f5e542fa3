"""The key, and who holds it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ..errors import DeviceError
from ..key_holder import Pkcs11Key, SoftwareKey
from ..pkcs11 import SEPARATORS, ZYMKEY_MODULES, find_softhsm_module
from ..tool import run
from .check import Finding, failed, ok, warning
from .device import Device

HELD_KIND = "P-256"  # what a Zymkey holds, and every TPM and token that AWS's SDKs are tried with
NAME_THE_MODULE = "install it (the Zymkey's: libzk_pkcs11.so; Debian's softhsm2), or name it with --module"


def module(device: Device) -> Finding:
    """Look for the PKCS#11 module's file."""
    name = device.holder.environment.get("PKCS11_MODULE_PATH")
    if name is None:
        places = ", ".join([*ZYMKEY_MODULES, str(find_softhsm_module() or "SoftHSM2's folders")])
        return failed(f"no PKCS#11 module: looked for {places}", NAME_THE_MODULE)
    return ok(name) if Path(name).is_file() else failed(f"{name}: no such file", NAME_THE_MODULE)


def token(device: Device) -> Finding:
    """Ask the module for its tokens, and look for the one of the key's URI."""
    name = device.holder.environment["PKCS11_MODULE_PATH"]
    program = str(Path(__file__).with_name("tokens.py"))
    ended = run([sys.executable, program, name], folder=device.folder, timeout=30)
    if ended.exit_code != 0:
        said = ended.text.splitlines() or ["it crashed"]
        return failed(
            f"{name} cannot be asked: {said[-1]}", "is it a PKCS#11 module for this machine's processor?"
        )
    return _among(json.loads(ended.output), _attributes(device).get("token", ""))


def pin(device: Device) -> Finding:
    """Look who else may learn the PIN."""
    attributes = _attributes(device)
    if "pin-value" in attributes:
        return warning("it stands in the key's URI, which a process list shows", "see --pin-file")
    source = attributes.get("pin-source", "")
    if not source:
        return ok("none is given")
    file = Path(source[len("file:") :] if source.startswith("file:") else source)
    if not file.is_file():
        return failed(f"{file}: no such PIN file", "see --pin-file")
    if file.stat().st_mode & 0o077:
        return warning(f"{file}: others may read this PIN", f"chmod 600 {file}")
    return ok(str(file))


def permissions(device: Device) -> Finding:
    """Look who may read a key file."""
    assert isinstance(device.holder, SoftwareKey)  # nosec B101 # noqa: S101  # the list of checks sees to it
    file = device.holder.file
    if not file.is_file():
        return failed(f"{file}: no such key file", f"make_csr --key file:{file} makes one")
    if file.stat().st_mode & 0o077:
        return warning(f"{file}: others may read this key", f"chmod 600 {file}")
    return warning(f"{file} is no hardware", "for development only: whoever reads the file is the device")


def key(device: Device) -> Finding:
    """Let the key sign a request that is thrown away."""
    if isinstance(device.key, DeviceError):
        return failed(str(device.key), "see 'who holds the key' in doctor --help")
    return ok(f"signs ({device.holder.label})")


def kind(device: Device) -> Finding:
    """Look at the key's type."""
    assert not isinstance(device.key, DeviceError)  # nosec B101 # noqa: S101  # needs "key"
    found = device.key.kind
    if found == HELD_KIND:
        return ok(found)
    if found.startswith("RSA"):
        return failed(
            f"{found}: no Zymkey holds RSA",
            "make a P-256 key; AWS takes RSA, but no device could be moved to hardware",
        )
    return warning(
        f"{found}: AWS takes it, a Zymkey has P-256 only", "make a P-256 key for what goes into the field"
    )


def _attributes(device: Device) -> dict[str, str]:
    """Return what the key's URI says (RFC 7512)."""
    uri = device.holder.key if isinstance(device.holder, Pkcs11Key) else ""
    pairs = (part.partition("=") for part in SEPARATORS.split(uri.partition(":")[2]))
    return {name: unquote(value) for name, _, value in pairs}


def _among(tokens: list[dict[str, Any]], wanted: str) -> Finding:
    """Choose as libp11 does: the one of the URI, or the first."""
    labels = ", ".join(repr(each["label"]) for each in tokens)
    if not tokens:
        return failed(
            "the module has no initialised token", "initialise one; is the right configuration in use?"
        )
    chosen = next((each for each in tokens if wanted in ("", each["label"])), None)
    if chosen is None:
        return failed(f"no token {wanted!r}; there are {labels}", "see token= in the key's URI")
    text = f"{chosen['label']!r} in slot {chosen['slot']}"
    if chosen["pin"] == "locked":
        return failed(f"{text}: its PIN is locked", "unlock it with the security officer's PIN")
    if chosen["pin"] == "last try":  # which this command must not use up
        return failed(
            f"{text}: one more wrong PIN locks it", "make sure of the PIN, then log in by hand once"
        )
    if chosen["pin"] == "few tries":
        return warning(f"{text}: a wrong PIN was given", "make sure of the PIN before it locks")
    return ok(text)
