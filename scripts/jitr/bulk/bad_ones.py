"""The bad ones among many: named when they are met, counted, and some kept for the summary."""

from collections.abc import Callable
from dataclasses import dataclass, field

from jitr.output import printable

KEPT = 1_000
"""Bad ones that a summary names; every one is named when it is met."""


@dataclass(frozen=True)
class Bad:
    """One of which nothing came: where it stands, and why."""

    place: str
    reason: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message} ({self.reason})"

    def fields(self) -> dict[str, str]:
        """Give it by name."""
        return {"place": self.place, "reason": self.reason, "message": self.message}


@dataclass
class BadOnes:
    """What a tally of good ones is made on; `say` is told of every bad one."""

    say: Callable[[str], None]
    bad: int = 0
    kept: list[Bad] = field(default_factory=list)

    def refuse(self, place: str, reason: str, message: str) -> None:
        """Count, name and keep a bad one."""
        bad = Bad(printable(place), reason, printable(message))
        self.bad += 1
        if len(self.kept) < KEPT:
            self.kept.append(bad)
        self.say(str(bad))
