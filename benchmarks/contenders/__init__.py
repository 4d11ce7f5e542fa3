"""What is measured: ours, and what it is measured beside; each has its own authority, rule and function.

One folder each for what only the benchmark has, as the function's zip holds it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.fleet.identity import Identity, Signer

OURS = "ours"
OURS_DIRECT = "ours, direct"
FLOOR = "floor"
FLOOR_DIRECT = "floor, direct"
AWS_DEFAULT = "AWS's default"


def nothing_recorded(_devices: Sequence[Identity]) -> None:
    """Record nothing: these contenders know their devices by the authority's signature alone."""


@dataclass(frozen=True)
class Contender:
    """A function that registers the devices of an authority."""

    name: str
    """As the tables call it."""
    authority: Signer
    function: str
    """Name of its function."""
    record: Callable[[Sequence[Identity]], None] = nothing_recorded
    """What must be known of devices before they come."""

    def devices(self, count: int, series: str) -> list[Identity]:
        """Make devices that the contender will let in; `series` sets their names apart from others'."""
        prefix = "".join(letter for letter in self.name if letter.isalnum())
        made = self.authority.sign(f"{prefix}-{series}-{number}" for number in range(count))
        self.record(made)
        return made
