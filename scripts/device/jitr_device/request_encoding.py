"""A request's outer encoding, which its signature does not cover.

tpm2-openssl 1.1 writes a NULL behind the name of the signature algorithm. RFC 5758, section 3.2, wants
nothing there, and strict parsers (the authority's among them) refuse such a request.
"""

from __future__ import annotations

import base64
import re
import textwrap

BODY = re.compile(r"-----BEGIN (?P<label>[A-Z ]+)-----(?P<body>[^-]+)-----END", re.DOTALL)
# SEQUENCE { OBJECT IDENTIFIER 1.2.840.10045.4.3.x, NULL }
ECDSA_WITH_NULL = re.compile(rb"\x30\x0c(\x06\x08\x2a\x86\x48\xce\x3d\x04\x03[\x01-\x04])\x05\x00")
SEQUENCE = 0x30
LONG_FORM = 0x80  # X.690, section 8.1.3: a length of 128 or more has bytes of its own


def without_null(pem: str) -> str:
    """Return the same request, its signature algorithm encoded as the RFC has it."""
    found = BODY.search(pem)
    if found is None:
        return pem
    der = base64.b64decode(found["body"])
    start, _ = _content(der, 0)
    _, end_of_info = _content(der, start)
    algorithm = ECDSA_WITH_NULL.match(der, end_of_info)
    if algorithm is None:
        return pem
    mended = der[start:end_of_info] + _sequence(algorithm.group(1)) + der[algorithm.end() :]
    lines = "\n".join(textwrap.wrap(base64.b64encode(_sequence(mended)).decode("ascii"), 64))
    return f"-----BEGIN {found['label']}-----\n{lines}\n-----END {found['label']}-----\n"


def _content(der: bytes, at: int) -> tuple[int, int]:
    """Where the content of the element at `at` begins and ends."""
    first = der[at + 1]
    if first < LONG_FORM:
        return at + 2, at + 2 + first
    begin = at + 2 + (first & 0x7F)
    return begin, begin + int.from_bytes(der[at + 2 : begin], "big")


def _sequence(content: bytes) -> bytes:
    size = len(content)
    if size < LONG_FORM:
        return bytes([SEQUENCE, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([SEQUENCE, LONG_FORM | len(length)]) + length + content
