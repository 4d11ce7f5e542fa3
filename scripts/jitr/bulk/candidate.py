"""What may be a certificate or a request, on its way out of a file."""

from dataclasses import dataclass
from pathlib import PurePath

LONGEST = 64 * 1024
"""Bytes of PEM; a device's certificate or request has one or two thousand."""


@dataclass(frozen=True)
class Candidate:
    """A piece of PEM, and where it stands: file and line, or row.

    `file` is the path, below the folder that was asked for, of a file that holds this piece alone.
    """

    place: str
    text: str
    file: PurePath | None = None


@dataclass(frozen=True)
class Unreadable:
    """A file of which nothing, or nothing more, can be read."""

    place: str
    message: str
