"""Printing a command line so that it can be read, copied and run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Optional

PLAIN = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
# Inside double quotes a shell still reads these, so such a word goes into single quotes.
READ_IN_DOUBLE_QUOTES = re.compile(r"[$`!\\]")
PIN_VALUE = re.compile(r"(pin-value=)[^;?&\s\"']*")


def quoted(word: str) -> str:
    """One shell word, in double quotes where that is safe, as the tutorial writes them."""
    if PLAIN.fullmatch(word):
        return word
    if READ_IN_DOUBLE_QUOTES.search(word):
        return shlex.quote(word)
    escaped = word.replace('"', r"\"")
    return f'"{escaped}"'


def command_line(command: Sequence[str], environment: Optional[Mapping[str, str]] = None) -> str:
    """Write the line for a shell, the PIN masked."""
    variables = [f"{name}={quoted(value)}" for name, value in (environment or {}).items()]
    return masked(" ".join([*variables, *map(quoted, command)]))


def masked(text: str) -> str:
    """Return the text without the PIN that a PKCS#11 URI in it may hold (RFC 7512, `pin-value`)."""
    return PIN_VALUE.sub(r"\1***", text)
