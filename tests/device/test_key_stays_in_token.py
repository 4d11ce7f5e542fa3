"""A key made inside a token cannot be taken out of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_der_public_key

from tests.device.held_key import Device, Token

SCALAR_OF_ZEROS = b"\x02\x01\x01\x04\x20" + bytes(32)  # RFC 5915: version 1, then the private key's 32 octets


def test_openssl_gets_a_key_of_zeros_out_of_the_token(softhsm: Device, token: Token) -> None:
    """It exits 0 all the same, so only the scalar itself shows that nothing came out."""
    command = ["openssl", "pkey", "-engine", "pkcs11", "-inform", "engine", "-in", token.uri_with_pin]
    exported = subprocess.run(
        [*command, "-outform", "DER"],
        env={**token.environment, "PKCS11_MODULE_PATH": str(token.module)},
        capture_output=True,
        check=False,
    ).stdout

    assert SCALAR_OF_ZEROS in exported


def test_the_token_says_that_the_key_never_leaves(token: Token) -> None:
    listed = token.tool("--list-objects", "--type", "privkey").stdout

    assert "always sensitive, never extractable, local" in listed


def test_the_public_key_can_be_read(token: Token, tmp_path: Path) -> None:
    """The counterpart: reading works where it is allowed, so the tests above would see a leak."""
    out = tmp_path / "public.der"

    token.tool("--read-object", "--type", "pubkey", "--id", "01", "--output-file", str(out))

    assert load_der_public_key(out.read_bytes())
