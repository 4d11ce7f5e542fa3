"""Output that nobody reads: a pipe whose reader has gone (`jitr … | head -1`), a stream that was never open.

SIGPIPE ends other programs there, at once and without a word. Python ignores it, so that a connection to AWS
that breaks is an error and no more; a write raises BrokenPipeError instead, which typer and rich turn into an
end of their own, and what is written as the program ends into a traceback. Here the standard streams
themselves end the program, and nothing else that breaks is mistaken for them.
"""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

UNREAD = 141  # 128 + SIGPIPE, as shells say it


class _Standard(io.FileIO):
    """Standard output or standard error; a write that fails ends the program."""

    def write(self, data: "ReadableBuffer", /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            self._discard()
            if isinstance(error, BrokenPipeError):
                raise SystemExit(UNREAD) from None
            raise SystemExit(f"jitr: what it printed could not be written: {error.strerror}") from None

    def _discard(self) -> None:
        """Let whatever is written from now on, at the latest as Python ends, go nowhere.

        Python's documentation, module signal, "Note on SIGPIPE".
        """
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)


@contextmanager
def standard_streams() -> Iterator[None]:
    """Give the program standard streams that are there, and that end it where nobody reads them.

    A character that a terminal does not know is a question mark.

    Raises:
        SystemExit: 141, when the reader has gone; 1, when what was printed could not be written.
    """
    # Python has None for a stream that was closed from the start (`jitr … >&-`).
    sys.stdin = sys.stdin or cast("TextIO", open(os.devnull))  # noqa: PTH123, SIM115  as long as the program
    sys.stdout, sys.stderr = _ending(sys.stdout), _ending(sys.stderr)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _ending(stream: TextIO | None) -> TextIO:
    if stream is None:
        return open(os.devnull, "w")  # noqa: PTH123  as long as the program
    buffer = io.BufferedWriter(_Standard(stream.fileno(), "w", closefd=False))
    # On a terminal, or where Python was told not to buffer, each line is seen when it is printed.
    at_once = getattr(stream, "line_buffering", False) or getattr(stream, "write_through", False)
    return io.TextIOWrapper(buffer, stream.encoding, errors="replace", line_buffering=at_once)
