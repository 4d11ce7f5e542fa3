"""What came of an import."""

from collections import Counter
from dataclasses import dataclass, field

from jitr.bulk.bad_ones import BadOnes


@dataclass
class Tally(BadOnes):
    """Counts of an import."""

    recorded: int = 0
    there_already: int = 0
    authorities_own: int = 0
    by_authority: Counter[str] = field(default_factory=Counter)

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
