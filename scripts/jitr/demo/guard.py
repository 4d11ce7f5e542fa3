"""What keeps demos apart."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jitr.failure import FailureError


@contextmanager
def alone(build: Path) -> Iterator[None]:
    """Let one demo at a time run in a checkout, whose `build` folder this is.

    Raises:
        FailureError: another one runs.
    """
    build.mkdir(parents=True, exist_ok=True)
    with (build / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FailureError("a demo runs in this checkout already: wait for it, or stop it") from None
        yield
