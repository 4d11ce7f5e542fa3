"""Whom the device trusts: Amazon's root certificates, as this system's own store holds them.

AWS IoT Core developer guide, "Server authentication": endpoints of type iot:Data-ATS are signed below
Amazon Root CA 1 (RSA) or 3 (ECC). The fleet's own CA signs devices, never the server.
"""

from __future__ import annotations

import hashlib
import re
import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path

from .certificate import A_CERTIFICATE
from .errors import DeviceError

# SHA-256 of the DER certificates, as https://www.amazontrust.com/repository/ publishes them.
FINGERPRINTS = {
    "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e": "Amazon Root CA 1",
    "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4": "Amazon Root CA 3",
}

SOURCES = (
    "/etc/ssl/certs/Amazon_Root_CA_1.pem",  # Debian, Raspberry Pi OS
    "/etc/ssl/certs/Amazon_Root_CA_3.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/cert.pem",  # Alpine, macOS
)


def amazon_roots(sources: Sequence[str] = SOURCES) -> str:
    """Both roots as PEM, one after the other; DeviceError when this system does not have them.

    A root is known by its fingerprint, wherever it lies; a file's name proves nothing.
    """
    found: dict[str, str] = {}
    for pem in _certificates(sources):
        fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
        if fingerprint in FINGERPRINTS:
            found.setdefault(fingerprint, pem)
        if len(found) == len(FINGERPRINTS):
            return "".join(f"{pem}\n" for pem in found.values())
    missing = " and ".join(name for key, name in FINGERPRINTS.items() if key not in found)
    raise DeviceError(
        f"{missing}: not in this system's store. Install it (Debian package ca-certificates), or download"
        " https://www.amazontrust.com/repository/AmazonRootCA1.pem and name it with --server-ca"
    )


def _certificates(sources: Sequence[str]) -> Iterator[str]:
    for file in filter(Path.is_file, map(Path, sources)):
        text = file.read_text(encoding="utf-8", errors="replace")
        yield from re.findall(A_CERTIFICATE.pattern, text, re.DOTALL)
