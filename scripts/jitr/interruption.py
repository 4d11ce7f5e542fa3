"""What somebody does who wants a command to end: it stops in order, and clears up to the end."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Handler = Callable[[int, FrameType | None], None] | signal.Handlers


@contextmanager
def _heard_by(handler: Handler) -> Iterator[None]:
    """Let a request to end come to this handler; what was ignored before stays so, as under nohup."""
    heard = [each for each in NUMBERS if signal.getsignal(each) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in heard}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


@contextmanager
def interruptible() -> Iterator[None]:
    """Take a request to end, and a closed terminal, like Ctrl-C.

    Raises:
        KeyboardInterrupt: somebody wants an end; one that Python could not raise where it came is raised when
            the block ends.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _heard_by(interrupt), _swallowed() as swallowed:
        yield
    if swallowed:
        raise KeyboardInterrupt


@contextmanager
def _swallowed() -> Iterator[list[object]]:
    """Collect what comes while an object goes, and Python therefore only prints.

    Python's documentation, `object.__del__`: "exceptions that occur during their execution are ignored".
    """
    found, before = list[object](), sys.unraisablehook

    def note(unraisable: "sys.UnraisableHookArgs") -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            found.append(unraisable.exc_type)
        else:
            before(unraisable)

    sys.unraisablehook = note
    try:
        yield found
    finally:
        sys.unraisablehook = before


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Clear up to the end: a second Ctrl-C must leave nothing behind."""
    with _heard_by(signal.SIG_IGN):
        yield


@contextmanager
def postponed() -> Iterator[None]:
    """Do something whole: who wants an end meanwhile is heard afterwards.

    Raises:
        KeyboardInterrupt: at the end, when somebody did.
    """
    heard: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        heard.append(number)

    with _heard_by(note):
        yield
    if heard:
        raise KeyboardInterrupt
