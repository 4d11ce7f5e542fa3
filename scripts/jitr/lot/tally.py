"""What came of a lot."""

from dataclasses import dataclass

from jitr.bulk.bad_ones import BadOnes
from jitr.lot.outcome import Outcome, Refused, Signed, There


@dataclass
class Tally(BadOnes):
    """Counts of a lot."""

    signed: int = 0
    there_already: int = 0

    @property
    def requests(self) -> int:
        """Requests so far, good and bad."""
        return self.signed + self.there_already + self.bad

    def settle(self, outcome: Outcome) -> None:
        """Count what became of a request."""
        match outcome:
            case Signed():
                self.signed += 1
            case There():
                self.there_already += 1
            case Refused(place=place, reason=reason, message=message):
                self.refuse(place, reason, message)

    def __str__(self) -> str:
        return f"{self.signed:,} signed, {self.there_already:,} there already, {self.bad:,} refused"

    def fields(self) -> dict[str, int]:
        """Give the counts by name."""
        return {
            "requests": self.requests,
            "signed": self.signed,
            "there_already": self.there_already,
            "refused": self.bad,
        }
