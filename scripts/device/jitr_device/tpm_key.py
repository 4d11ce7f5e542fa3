"""A key in a TPM 2.0, reached through OpenSSL's provider `tpm2` (Debian package tpm2-openssl)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .errors import DeviceError, UsageError
from .key_holder import KeyHolder

# Persistent handles (TPM 2.0 library specification part 2, section 7.4, TPM_HT_PERSISTENT).
HANDLE = re.compile(r"0x81[0-9a-fA-F]{6}")
PREFIX = "handle:"  # how the provider tells handles from files

NO_TLS = (
    "a TPM's key makes CSRs here, but no TLS connection: name the same key by its PKCS#11 module for TLS,"
    " --key 'pkcs11:…' --module …/libtpm2_pkcs11.so (Debian package libtpm2-pkcs11-1)"
)


@dataclass(frozen=True)
class TpmKey(KeyHolder):
    """A persistent handle (`handle:0x81…`), or a file in TSS2 form, which only its TPM can use.

    For requests only. TLS hashes in the TPM too then, and runs out of its three object slots unless a
    resource manager (tpm2-abrmd) stands between.
    """

    key: str

    @property
    def label(self) -> str:
        """The key, as the provider names it."""
        return f"TPM 2.0 {self.key}"

    def prepared(self, folder: Path) -> KeyHolder:  # noqa: ARG002  # needs no files of its own
        """Name a file by its absolute path."""
        if self.key.startswith(PREFIX):
            return self
        if not Path(self.key).is_file():
            raise DeviceError(
                f"{self.key}: no such key file; the TPM makes one: openssl genpkey -provider tpm2 -provider"
                f" default -algorithm EC -pkeyopt group:P-256 -out {self.key}"
            )
        return TpmKey(str(Path(self.key).absolute()))

    def openssl_arguments(self) -> tuple[list[str], list[str]]:
        """Load the provider beside OpenSSL's own, and prefer it."""
        providers = ["-provider", "tpm2", "-provider", "default", "-propquery", "?provider=tpm2"]
        return ["-key", self.key], providers

    def s_client_arguments(self) -> list[str]:
        """Refuse."""
        raise UsageError(NO_TLS)

    def curl_arguments(self) -> list[str]:
        """Refuse."""
        raise UsageError(NO_TLS)

    def mosquitto_arguments(self) -> list[str]:
        """Refuse."""
        raise UsageError(NO_TLS)


def tpm_key(name: str) -> TpmKey:
    """Return the key of `tpm:0x81010001` or `tpm:FILE`; UsageError for a number that is no such handle."""
    if not name:
        raise UsageError("--key tpm: names no key: tpm:0x81010001 (a persistent handle) or tpm:FILE")
    if HANDLE.fullmatch(name):
        return TpmKey(PREFIX + name)
    if re.fullmatch(r"0[xX].*|[0-9]+", name):
        raise UsageError(f"--key tpm:{name}: a persistent handle is 0x81000000 to 0x81ffffff")
    return TpmKey(name)
