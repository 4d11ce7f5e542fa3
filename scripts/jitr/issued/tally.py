"""What came of an import."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

KEPT = 1_000
"""Bad certificates that a summary names; every one is named when it is met."""


@dataclass(frozen=True)
class Bad:
    """A certificate that got no record: where it stands, and why."""

    place: str
    reason: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message} ({self.reason})"

    def fields(self) -> dict[str, str]:
        """Give it by name."""
        return {"place": self.place, "reason": self.reason, "message": self.message}


@dataclass
class Tally:
    """Counts of an import; `say` is told of every bad certificate."""

    say: Callable[[str], None]
    recorded: int = 0
    there_already: int = 0
    bad: int = 0
    authorities_own: int = 0
    by_authority: Counter[str] = field(default_factory=Counter)
    kept: list[Bad] = field(default_factory=list)

    @property
    def certificates(self) -> int:
        """Devices' certificates so far, good and bad."""
        return self.recorded + self.there_already + self.bad

    def settle(self, authority: str, *, new: bool) -> None:
        """Count a certificate that has a record now."""
        self.by_authority[authority] += 1
        if new:
            self.recorded += 1
        else:
            self.there_already += 1

    def refuse(self, place: str, reason: str, message: str) -> None:
        """Count, name and keep a bad certificate."""
        bad = Bad(printable(place), reason, printable(message))
        self.bad += 1
        if len(self.kept) < KEPT:
            self.kept.append(bad)
        self.say(str(bad))

    def __str__(self) -> str:
        return f"{self.recorded:,} recorded, {self.there_already:,} there already, {self.bad:,} bad"

    def fields(self) -> dict[str, object]:
        """Give the counts by name."""
        return {
            "certificates": self.certificates,
            "recorded": self.recorded,
            "there_already": self.there_already,
            "bad": self.bad,
            "authorities_own": self.authorities_own,
        }


def printable(text: str) -> str:
    """Put a question mark for whatever a terminal might obey: names come from files and strangers."""
    return "".join(each if each.isprintable() else "?" for each in text)
