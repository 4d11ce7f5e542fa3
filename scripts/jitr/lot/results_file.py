"""A file with a line (JSON) for each request of a lot."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from jitr.failure import FailureError
from jitr.lot.outcome import Outcome


class ResultsFile:
    """Adds lines, so that a run that goes on where another stopped adds to what that one said."""

    def __init__(self, file: TextIO | None) -> None:
        self._file = file

    def add(self, outcome: Outcome) -> None:
        """Write what became of a request."""
        if self._file is not None:
            self._file.write(json.dumps(outcome.fields()) + "\n")


@contextmanager
def results_file(path: Path | None) -> Iterator[ResultsFile]:
    """Open it; None for none.

    Raises:
        FailureError: it cannot be written.
    """
    if path is None:
        yield ResultsFile(None)
        return
    try:
        file = path.open("a", buffering=1, encoding="utf-8")  # by lines
    except OSError as error:
        raise FailureError(f"{path}: cannot be written ({error.strerror})") from None
    with file:
        yield ResultsFile(file)
