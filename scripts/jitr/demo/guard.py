"""What keeps demos apart, and makes them stop in order."""

import fcntl
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

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


@contextmanager
def interruptible() -> Iterator[None]:
    """Take a request to end, and a closed terminal, like Ctrl-C."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    heard = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]  # nohup stays so
    before = {number: signal.signal(number, interrupt) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
