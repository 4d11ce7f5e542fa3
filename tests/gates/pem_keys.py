"""Private keys in PEM, by what follows their first line, which may be acknowledged where no key follows."""

import re
from collections.abc import Iterable
from pathlib import Path

BETWEEN = rb"(?:\\[nr]|[\s\"'#,]|(?:Proc-Type|DEK-Info): [^\n\\]*)*"
"""Ends of lines, also as code writes them; and headers of a key that is encrypted the old way (RFC 1421)."""
KEY = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----" + BETWEEN + rb"[A-Za-z0-9+/]{40}")


def with_a_key(files: Iterable[str | Path]) -> list[str]:
    """The files that hold a key, encrypted or not."""
    return [str(file) for file in files if KEY.search(Path(file).read_bytes())]
