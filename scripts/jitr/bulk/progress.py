"""How far the work is: a bar on a terminal, a line now and then elsewhere. Both on standard error."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from jitr.bulk.inputs import Inputs
from jitr.output import note

EVERY = 5.0
"""Seconds between lines."""


class Progress(Protocol):
    """What shows how far it is."""

    def say(self, text: str) -> None:
        """Say a line that stays."""

    def show(self, inputs: Inputs, tally: object) -> None:
        """Show how far it is; called after every one; the tally is written as text."""


class Lines:
    """For pipes and logs."""

    def __init__(self) -> None:
        self._next = time.monotonic() + EVERY

    def say(self, text: str) -> None:
        """See `Progress`."""
        note(text)

    def show(self, inputs: Inputs, tally: object) -> None:
        """See `Progress`."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY
        total = inputs.total
        part = f"{100 * inputs.read // total} %: " if total else ""
        note(f"{part}{tally}")


@contextmanager
def progress() -> Iterator[Progress]:
    """Show a bar, or lines where nobody watches."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from jitr.bulk.progress_bar import bar  # noqa: PLC0415  rich takes a while to load

    with bar() as shown:
        yield shown
