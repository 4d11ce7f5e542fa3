"""Who holds the device's private key, and how openssl, curl and mosquitto_pub are told.

One interface, `KeyHolder`. What it gives are arguments and environment variables; the key itself never
passes through here.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from . import pkcs11
from .errors import DeviceError

DEFAULT_ENGINE = "zymkey_ssl"
DEFAULT_KEY = "nonzymkey.key"  # the tutorial's placeholder: no such file, the Zymkey has one key per slot
LONGEST_FILE_NAME = 255  # ext4 and most others, in bytes


class KeyHolder(ABC):
    """A private key that signs where it is.

    `EngineKey`, `Pkcs11Key` and `SoftwareKey` are below, `tpm_key.TpmKey` beside this file.
    """

    @property
    @abstractmethod
    def label(self) -> str:
        """For people, e.g. "engine zymkey_ssl"."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables that the tools need beyond what is set already."""
        return {}

    @abstractmethod
    def prepared(self, folder: Path) -> KeyHolder:
        """Return the same key for tools that run inside `folder`, where files for it may be put."""

    @abstractmethod
    def openssl_arguments(self) -> tuple[list[str], list[str]]:
        """For `openssl req`: what names the key, and what says how to load it (the tutorial splits them)."""

    def s_client_arguments(self) -> list[str]:
        """For TLS client authentication by openssl itself."""
        key, form = self.openssl_arguments()
        return [*key, *form]

    @abstractmethod
    def curl_arguments(self) -> list[str]:
        """For curl's TLS client authentication."""

    @abstractmethod
    def mosquitto_arguments(self) -> list[str]:
        """For mosquitto_pub's TLS client authentication."""


@dataclass(frozen=True)
class EngineKey(KeyHolder):
    """A key behind an OpenSSL engine: a Zymkey's (`zymkey_ssl`), or any named by a plain string."""

    engine: str = DEFAULT_ENGINE
    key: str = DEFAULT_KEY
    slot: Optional[int] = None  # of a Zymkey; None leaves it to ZK_SSL_SLOT, or to the engine

    @property
    def label(self) -> str:
        """The engine's name, and the slot where one was chosen."""
        return f"engine {self.engine}" + ("" if self.slot is None else f", slot {self.slot}")

    @property
    def environment(self) -> Mapping[str, str]:
        """The slot, as Zymbit's engine wants it (libzymkeyssl; a HSM6 needs one)."""
        return {} if self.slot is None else {"ZK_SSL_SLOT": str(self.slot)}

    def prepared(self, folder: Path) -> KeyHolder:
        """Put an empty file of the key's name into the folder.

        mosquitto_pub opens `--key` as a file even when an engine holds the key.
        """
        _place_holder(folder, self.key)
        return self

    def openssl_arguments(self) -> tuple[list[str], list[str]]:
        """`-keyform e`, as the tutorial has it."""
        return ["-key", self.key], ["-engine", self.engine, "-keyform", "e"]

    def curl_arguments(self) -> list[str]:
        """In the tutorial's order."""
        return ["--key", self.key, "--engine", self.engine, "--key-type", "ENG"]

    def mosquitto_arguments(self) -> list[str]:
        """mosquitto_pub's names for the same three."""
        return ["--key", self.key, "--keyform", "engine", "--tls-engine", self.engine]


@dataclass(frozen=True)
class Pkcs11Key(EngineKey):
    """A key in a PKCS#11 token, named by URI; the tools reach it through an engine (libp11's `pkcs11`)."""

    module: Optional[Path] = None

    @property
    def label(self) -> str:
        """The engine and the module behind it."""
        return f"engine {self.engine}, module {self.environment.get('PKCS11_MODULE_PATH', 'unknown')}"

    @property
    def environment(self) -> Mapping[str, str]:
        """The module; without it libp11 loads every module on the machine."""
        module = self.module or os.environ.get("PKCS11_MODULE_PATH") or pkcs11.find_module()
        return {"PKCS11_MODULE_PATH": str(module)} if module else {}

    def prepared(self, folder: Path) -> KeyHolder:
        """Move the PIN into a file that only its owner reads, so that no process list shows it.

        The URI points there by a relative name and its own slashes are escaped, so that a placeholder can
        bear its name.
        """
        pin = pkcs11.pin_of(self.key)
        uri = pkcs11.without_pin(self.key).replace("/", "%2F")
        if pin is not None:
            _private_file(folder / "pin", pin)
            uri = pkcs11.with_pin_source(uri, "pin")
        _place_holder(folder, uri)
        return Pkcs11Key(self.engine, uri, module=self.module)


@dataclass(frozen=True)
class SoftwareKey(KeyHolder):
    """A PEM file: for development only, anybody who reads the file has the key."""

    file: Path

    @property
    def label(self) -> str:
        """The file, and what to think of it."""
        return f"software key {self.file} (for development only; the key is NOT held in hardware)"

    def prepared(self, folder: Path) -> KeyHolder:  # noqa: ARG002  # needs no files of its own
        """Name the file by its absolute path."""
        if not self.file.is_file():
            raise DeviceError(f"{self.file}: no such key file; make_csr --software-key makes one")
        return SoftwareKey(self.file.absolute())

    def openssl_arguments(self) -> tuple[list[str], list[str]]:
        """Name a plain file."""
        return ["-key", str(self.file)], []

    def curl_arguments(self) -> list[str]:
        """Name a plain file."""
        return ["--key", str(self.file)]

    def mosquitto_arguments(self) -> list[str]:
        """Name a plain file."""
        return ["--key", str(self.file)]


def _place_holder(folder: Path, name: str) -> None:
    """Put an empty file called `name` in the folder, unless it names a path elsewhere or is too long."""
    if Path(name).is_absolute() or "/" in name or len(os.fsencode(name)) > LONGEST_FILE_NAME:
        return
    (folder / name).touch(exist_ok=True)


def _private_file(file: Path, text: str) -> None:
    with os.fdopen(
        os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as opened:
        opened.write(text)
