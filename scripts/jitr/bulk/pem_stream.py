"""Certificates or requests out of a stream of PEM, one after the other, however long the stream."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from jitr.bulk.candidate import LONGEST, Candidate, Unreadable
from jitr.bulk.kind import Kind

BEGINNING = re.compile(b"(?=-----BEGIN )")
"""Where files were joined that end without a line break, a block begins in the middle of a line."""
KEY = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")
DER = b"\x30\x82"  # a SEQUENCE of more than 255 octets (X.690, 8.1.3)


def read_pem(stream: BinaryIO, name: str, kind: Kind) -> Iterator[Candidate | Unreadable]:
    """Give every block of this kind in a stream; text and blocks of other kinds are passed over.

    Not so a private key among requests: it is given, to be refused. A stream that holds no PEM at all is
    `Unreadable`.
    """
    any_block, first = False, b""
    for line, block in _blocks(stream):
        if not block.startswith(b"-----BEGIN "):
            first = first or block
            continue
        any_block = True
        if block.startswith(kind.beginnings) or (kind.alone and KEY.match(block)):
            yield Candidate(f"{name}:{line}", block.decode("ascii", errors="replace"))
    if not any_block:
        how = f"DER; `{kind.der_command}` turns it into PEM" if first.startswith(DER) else "no PEM"
        yield Unreadable(name, f"holds no {kind.noun} ({how})")


def _blocks(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Give the blocks with the numbers of their first lines; and the stream's very first piece."""
    block, begun = b"", 0
    for number, piece in _pieces(stream):
        if piece.startswith(b"-----BEGIN "):
            if block:
                yield begun, block  # the one before never ended
            block, begun = piece, number
        elif block:
            block += piece
        elif number == 1:
            yield number, piece
        if block and (b"-----END" in piece or len(block) > LONGEST):
            yield begun, block
            block = b""
    if block:
        yield begun, block


def _pieces(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Give lines with their numbers, cut before each BEGIN, and where they are longer than any PEM."""
    number = 1
    while line := stream.readline(LONGEST):
        for piece in BEGINNING.split(line):
            yield number, piece
        number += line.endswith(b"\n")
