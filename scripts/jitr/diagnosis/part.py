"""A part of what is read, which may be closed to the reader."""

from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Unread:
    """What could not be read, and why; the rest of the diagnosis goes on without it."""

    what: str
    why: str
    broken: bool = False
    """Whether it was read, and is not what it should be."""


def known(part: "T | Unread") -> T | None:
    """Give a part, or None where it was not read (or is not there)."""
    return None if isinstance(part, Unread) else part
