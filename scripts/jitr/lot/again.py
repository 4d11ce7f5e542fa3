"""Work that AWS was too busy for, to be done again a little later, and later each time."""

import heapq
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Generic, TypeVar

Work = TypeVar("Work")

FIRST = 0.5
LONGEST = 20.0
"""Seconds: a delay is anything up to them, and twice as much each time, so that those who were refused
together do not come back together (AWS Builders' Library, "Timeouts, retries, and backoff with jitter")."""
TRIES = 12
"""Some two minutes of an AWS that does nothing else than refuse."""


@dataclass(frozen=True)
class Later(Generic[Work]):
    """A piece of work; how often it was tried in vain, and how often of these it ended in a failure."""

    work: Work
    tries: int = 0
    failures: int = 0


class Again(Generic[Work]):
    """Work that waits."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        chance: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._now = now
        self._chance = chance
        self._waiting: list[tuple[float, int, Later[Work]]] = []
        self._number = count()

    def put(self, later: Later[Work]) -> bool:
        """Keep work for another try; False when it has had enough of them."""
        if later.tries >= TRIES:
            return False
        delay = self._chance(0, min(LONGEST, FIRST * 2**later.tries))
        tried = replace(later, tries=later.tries + 1)
        heapq.heappush(self._waiting, (self._now() + delay, next(self._number), tried))
        return True

    def due(self, most: int) -> list[Later[Work]]:
        """Take up to so many pieces of work whose time has come."""
        now = self._now()
        due: list[Later[Work]] = []
        while self._waiting and len(due) < most and self._waiting[0][0] <= now:
            due.append(heapq.heappop(self._waiting)[2])
        return due

    @property
    def seconds(self) -> float | None:
        """Seconds until the next is due; None when none waits."""
        return max(0.0, self._waiting[0][0] - self._now()) if self._waiting else None

    def __bool__(self) -> bool:
        return bool(self._waiting)
