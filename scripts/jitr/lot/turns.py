"""Turns to be signed: as many a second as AWS grants, and no more than the environment may use."""

import time
from collections.abc import Callable

FEWER, MORE = 0.7, 1.05
"""What the rate is multiplied by when AWS was too busy for some of a call, and when it was not: quickly down
and slowly up again, so that all who share a quota get a part of it, as with packets (RFC 5681, 3.1)."""
SLOWEST = 0.02
"""Part of the rate that is never given up: somebody must notice when AWS has time again."""
LUMP = 0.25
"""Seconds' worth of turns that one call may take; a longer one would come to KMS as a burst."""


class Turns:
    """Up to `most` turns a second; fewer while AWS turns some away."""

    def __init__(
        self,
        most: float,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._most = self.rate = most
        self._now = now
        self._sleep = sleep
        self._due = now()

    @property
    def lump(self) -> int:
        """How many turns one call may take."""
        return max(1, int(self._most * LUMP))

    def wait(self, number: int) -> None:
        """Take so many turns, and wait until the first is due. What nobody took is not saved up."""
        now = self._now()
        begin = max(self._due, now)
        self._due = begin + number / self.rate
        if begin > now:
            self._sleep(begin - now)

    def heard(self, *, busy: bool) -> None:
        """Learn from a call: whether AWS was too busy for some of it."""
        wanted = self.rate * (FEWER if busy else MORE)
        self.rate = min(self._most, max(self._most * SLOWEST, wanted))
