"""The public key that a request is for, and whether AWS takes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from .errors import DeviceError
from .tool import run

NAMED_CURVES = {"prime256v1": "P-256", "secp384r1": "P-384"}
RSA_BITS = range(2048, 4097)


@dataclass(frozen=True)
class PublicKey:
    """Its kind, e.g. "P-256", and the key itself."""

    kind: str
    pem: str


def public_key_in(csr: Path) -> PublicKey:
    """Return the key of a request; DeviceError when AWS does not take it."""
    asked = ["openssl", "req", "-in", str(csr), "-noout", "-pubkey"]
    pem = run(asked, folder=csr.parent, timeout=60).output
    described = ["openssl", "pkey", "-pubin", "-noout", "-text_pub"]
    return PublicKey(_key_kind(run(described, folder=csr.parent, timeout=60, given=pem.encode()).output), pem)


def _key_kind(text: str) -> str:
    """Read what `openssl pkey -text_pub` prints; a curve has an OID only when it is a named one."""
    curve = re.search(r"^ASN1 OID: (\S+)", text, re.MULTILINE)
    if curve and curve.group(1) in NAMED_CURVES:
        return NAMED_CURVES[curve.group(1)]
    bits = re.search(r"Public-Key: \((\d+) bit", text)
    if bits and "Modulus:" in text and int(bits.group(1)) in RSA_BITS:
        return f"RSA-{bits.group(1)}"
    raise DeviceError(f"this key cannot be used: {_objection(curve.group(1) if curve else None, text)}")


def _objection(curve: Optional[str], text: str) -> str:
    taken = "AWS IoT takes P-256, P-384 and RSA of 2048 to 4096 bits"
    if curve:
        return f"its curve is {curve}; {taken}"
    if "Field Type:" in text:
        return (
            "it carries explicit curve parameters, which TLS servers refuse; make the key with a named curve"
        )
    return f"{taken}; openssl describes it as {(text.splitlines() or ['nothing'])[0]!r}"
