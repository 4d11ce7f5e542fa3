"""Keeping to a rate of calls, so that AWS has no reason to throttle.

The account's quota of UpdateCertificate is the narrowest, and a registration makes one such call, so
registrations are paced as a whole and every other call of theirs with them. Each function that runs at once
has an equal share (docs/registration.md derives it).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock


class Pace:
    """So many turns a second; what is saved up while nobody comes is worth one second, and at least one turn.

    The generic cell rate algorithm (ITU-T I.371): one number says when the next turn is due. Safe to be used
    by several threads. A frozen function's clock may stand still; then turns come later, never too early.
    """

    def __init__(
        self,
        per_second: float,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = 1 / per_second
        self._saved = max(1.0, self._interval) - self._interval
        self._now = now
        self._sleep = sleep
        self._due = float("-inf")
        self._lock = Lock()

    def wait(self, longest: float) -> bool:
        """Take a turn and wait until it is due; False, at once, when that would take longer (seconds)."""
        with self._lock:
            now = self._now()
            due = max(self._due, now - self._saved)
            if due - now > longest:
                return False
            self._due = due + self._interval
        if due > now:
            self._sleep(due - now)
        return True

    def take(self) -> bool:
        """Take a turn if one is due now."""
        return self.wait(0)

    def take_spare(self) -> bool:
        """Take a turn if at least half of what can be saved up would be left for others."""
        with self._lock:
            now = self._now()
            due = max(self._due, now - self._saved)
            spare = due <= now - self._saved / 2
            if spare:
                self._due = due + self._interval
        return spare

    def give_back(self) -> None:
        """Give back a turn that was taken and not used."""
        with self._lock:
            self._due -= self._interval


@dataclass(frozen=True)
class Paces:
    """The turns of one function: every UpdateCertificate takes one of `updates`.

    Setting a refused certificate INACTIVE takes a turn that is spare, or one of `refusals` besides, a small
    share, so that whoever holds ten thousand certificates of a stolen key cannot hold up the fleet. Without
    one the certificate stays pending, which keeps its device out just as well.
    """

    updates: Pace
    refusals: Pace

    def for_a_refusal(self) -> bool:
        """Take a turn to switch a refused certificate off; False, at once, when there is none for it."""
        return self.updates.take_spare() or (self.updates.take() and self._refusal())

    def _refusal(self) -> bool:
        if self.refusals.take():
            return True
        self.updates.give_back()
        return False
