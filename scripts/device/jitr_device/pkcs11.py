"""PKCS#11: where the OpenSSL engine and the token modules lie, and URIs that name a key (RFC 7512)."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Optional
from urllib.parse import unquote

from .errors import DeviceError

SCHEME = "pkcs11:"
PIN_ATTRIBUTES = ("pin-value", "pin-source")
SEPARATORS = re.compile(r"[;?&]")

ZYMKEY_MODULES = ("/usr/lib/libzk_pkcs11.so",)
SOFTHSM_MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",  # Debian, Raspberry Pi OS
    "/usr/lib64/pkcs11/libsofthsm2.so",  # Fedora
    "/usr/local/lib/softhsm/libsofthsm2.so",  # built by hand
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


def find_engine(name: str = "pkcs11") -> Optional[Path]:
    """Find an OpenSSL engine's shared object; package libengine-pkcs11-openssl brings `pkcs11`."""
    folder = os.environ.get("OPENSSL_ENGINES") or _engines_folder()
    if folder is None:
        return None
    return _first(Path(folder) / file for file in (f"{name}.so", f"lib{name}.so"))


def find_softhsm_module() -> Optional[Path]:
    """Find SoftHSM2's PKCS#11 module; Debian package softhsm2 (libsofthsm2)."""
    return _first(map(Path, SOFTHSM_MODULES))


def find_zymkey_module() -> Optional[Path]:
    """Find the Zymkey's own PKCS#11 module."""
    return _first(map(Path, ZYMKEY_MODULES))


def find_module() -> Optional[Path]:
    """Choose the module to use when nobody named one: the Zymkey's before SoftHSM2's."""
    return find_zymkey_module() or find_softhsm_module()


def is_uri(key: str) -> bool:
    """Tell whether this names a key by PKCS#11 URI."""
    return key.startswith(SCHEME)


def without_pin(uri: str) -> str:
    """Return the URI without its PIN attributes, wherever they stand (RFC 7512 wants them after `?`)."""
    path, _, query = uri[len(SCHEME) :].partition("?")
    kept = ";".join(part for part in path.split(";") if not _is_pin(part))
    asked = "&".join(part for part in query.split("&") if part and not _is_pin(part))
    return f"{SCHEME}{kept}?{asked}" if asked else f"{SCHEME}{kept}"


def with_pin_source(uri: str, source: str) -> str:
    """Return the URI (without PIN) pointing at a file that holds the PIN."""
    return f"{uri}{'&' if '?' in uri else '?'}pin-source={source}"


def pin_of(uri: str) -> Optional[str]:
    """Return the PIN that the URI holds or points at, or None; DeviceError when the file cannot be read."""
    pins = filter(_is_pin, SEPARATORS.split(uri[len(SCHEME) :]))
    name, _, value = next(pins, "").partition("=")
    if not name:
        return None
    if name == "pin-value":
        return unquote(value)
    source = unquote(value)
    return read_pin(Path(source[len("file:") :] if source.startswith("file:") else source))


def read_pin(file: Path) -> str:
    """Return the first line of a PIN file."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DeviceError(f"{file}: the PIN cannot be read ({error})") from None
    if not lines or not lines[0]:
        raise DeviceError(f"{file}: holds no PIN (its first line is empty)")
    return lines[0]


def _is_pin(attribute: str) -> bool:
    return attribute.partition("=")[0] in PIN_ATTRIBUTES


def _engines_folder() -> Optional[str]:
    """Ask where this machine's openssl looks for engines; None where it has none (OpenSSL 4)."""
    try:
        said = subprocess.run(  # nosec B607 # the PATH's openssl is the one that will be used
            ["openssl", "version", "-e"], capture_output=True, text=True, check=False
        ).stdout
    except FileNotFoundError:
        return None
    found = re.search(r'ENGINESDIR: "(.+)"', said)
    return found.group(1) if found else None


def _first(files: Iterable[Path]) -> Optional[Path]:
    return next((file for file in files if file.exists()), None)
