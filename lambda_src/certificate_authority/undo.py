"""Leave nothing behind when something fails half-way."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger(__name__)


class Undo:
    """Steps that take back what was done, to be run in reverse order."""

    def __init__(self, steps: ExitStack) -> None:
        self._steps = steps

    def by(self, step: Callable[[], None]) -> None:
        """Add a step. Add it before the call that it takes back: a call may take effect and then fail.

        A step that fails is logged and does not hide the failure that made it necessary.
        """
        self._steps.callback(_attempt, step)


@contextmanager
def undone_on_failure() -> Iterator[Undo]:
    """Run the steps that were added meanwhile if the block fails; forget them if it succeeds."""
    with ExitStack() as steps:
        yield Undo(steps)
        steps.pop_all()


def _attempt(step: Callable[[], None]) -> None:
    try:
        step()
    except (BotoCoreError, ClientError):
        logger.exception("could not clean up after a failure; something may be left behind")
