"""What is computed from measurements: percentiles, and ratios to the floor."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

MILLISECONDS = 1000


@dataclass(frozen=True)
class Spread:
    """Median and 99th percentile of durations, in milliseconds."""

    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Self:
        """Summarise durations given in seconds.

        Raises:
            ValueError: there are none.
        """
        return cls(
            percentile(seconds, 0.5) * MILLISECONDS,
            percentile(seconds, 0.99) * MILLISECONDS,
        )


def percentile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that at least this share of the values does not exceed (nearest rank).

    Of a hundred values p99 is thus the second largest, and no value is made up.

    Raises:
        ValueError: there are no values, or the share is not within 0 and 1.
    """
    if not values or not 0 < share <= 1:
        raise ValueError(f"no percentile {share} of {len(values)} values")
    return sorted(values)[math.ceil(share * len(values)) - 1]


def median(values: Sequence[float]) -> float:
    """Give the median, as the mean of the two middle values where their number is even."""
    return statistics.median(values)


def ratios(values: Mapping[str, float], to: str) -> dict[str, float]:
    """Divide every value by the one called `to`."""
    return {name: value / values[to] for name, value in values.items()}
