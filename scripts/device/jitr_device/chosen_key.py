"""Which key holder the options ask for, or this device has."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Optional
from urllib.parse import quote

from . import pkcs11
from .errors import UsageError
from .key_holder import DEFAULT_ENGINE, DEFAULT_KEY, EngineKey, KeyHolder, Pkcs11Key, SoftwareKey
from .tpm_key import tpm_key

VARIABLE = "JITR_DEVICE_KEY"  # what --key says, for a device where every command shall use the same
ZYMKEY = "zymkey"


def choose(
    *,
    engine: Optional[str] = None,
    key: Optional[str] = None,
    software_key: Optional[Path] = None,
    module: Optional[Path] = None,
    pin_file: Optional[Path] = None,
) -> KeyHolder:
    """Choose the key holder that the options ask for; UsageError when they contradict each other."""
    if software_key is not None:
        if engine or key or module or pin_file:
            raise UsageError("--software-key goes with none of --engine, --key, --module, --pin-file")
        return SoftwareKey(software_key)
    named = key or os.environ.get(VARIABLE) or (DEFAULT_KEY if engine else found())
    if pkcs11.is_uri(named):
        return _token_key(named, engine, module, pin_file)
    if pin_file or module:
        raise UsageError("--pin-file and --module go with a --key that is a PKCS#11 URI (pkcs11:…)")
    scheme, _, rest = named.partition(":")
    if scheme in ("tpm", "file"):
        if engine:
            raise UsageError(f"--engine does not go with --key {scheme}:…")
        return tpm_key(rest) if scheme == "tpm" else _file_key(rest)
    if scheme == ZYMKEY:
        return EngineKey(engine or DEFAULT_ENGINE, DEFAULT_KEY, _slot(rest))
    return EngineKey(engine or DEFAULT_ENGINE, named)


def found() -> str:
    """Name the key holder that is installed here, as --key takes it.

    The Zymkey's engine first; where that is not installed, its PKCS#11 module, whose first token is asked for
    its private key. With neither it is the Zymkey all the same: what fails then says why.
    """
    if pkcs11.find_engine(DEFAULT_ENGINE) is None and pkcs11.find_zymkey_module():
        return "pkcs11:type=private"
    return ZYMKEY


def _token_key(
    uri: str, engine: Optional[str], module: Optional[Path], pin_file: Optional[Path]
) -> Pkcs11Key:
    if pin_file:
        uri = pkcs11.with_pin_source(pkcs11.without_pin(uri), f"file:{quote(str(pin_file.absolute()))}")
    return Pkcs11Key(engine or "pkcs11", uri, module=module)


def _file_key(name: str) -> SoftwareKey:
    if not name:
        raise UsageError("--key file: names no file: file:dev.key")
    return SoftwareKey(Path(name))


def _slot(text: str) -> Optional[int]:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise UsageError(f"--key {ZYMKEY}:{text}: a slot is a number, e.g. {ZYMKEY}:0")
    return int(text)
