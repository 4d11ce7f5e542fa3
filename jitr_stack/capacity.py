"""What the registration's queue and function must be, from quotas and settings (docs/registration.md)."""

from dataclasses import dataclass
from math import ceil, floor

from jitr_stack.quotas import Quotas

LEAST_CONCURRENCY = 2
"""The least that Lambda takes as an SQS event source's MaximumConcurrency (CreateEventSourceMapping)."""

OF_ONE_FUNCTION = 20.0
"""Registrations a second of one function: ten side by side, each half a second of waiting for AWS. Far less
than its CPU allows (`make bench`), so that a slow answer or two slow nobody."""

LARGEST_BATCH = 10
"""Messages; more needs a batching window, in which a single device would wait."""

SECONDS_OF_A_BATCH = 2.0
"""A batch is what a function's share lets it register in so long, so that none of it waits for long."""

SECONDS_FOR_CALLS = 10
"""A registration's calls, several of them slow: each is given up after four seconds and tried once more."""

SECONDS_FOR_THE_OWNER = 6
"""The owner's decision function has five seconds, and one to connect."""

VISIBILITY = 6
"""Function timeouts that a message is hidden for (Lambda developer guide, "Using Lambda with Amazon SQS")."""

DAY = 86_400
FOR_PEOPLE = 4 * DAY
"""Seconds: a long weekend in which nobody mends what is wrong."""

LONGEST_RETENTION = 14 * DAY
"""SQS keeps no message longer (SetQueueAttributes). The dead letters' time in the first queue counts, so
theirs must be the longer (SQS developer guide, "Setting-up dead-letter queue retention")."""


class FleetTooLarge(ValueError):  # noqa: N818  named for what is wrong
    """The fleet takes longer to register than a queue keeps a message."""


@dataclass(frozen=True)
class Capacity:
    """Numbers of the registration; times in whole seconds."""

    registrations_per_second: float
    """Of all functions together."""
    refusals_per_second: float
    """Of all functions together, included in the former."""
    concurrency: int
    batch: int
    timeout: int
    retention: int

    @classmethod
    def of(cls, quotas: Quotas, *, groups: int, fleet: int, asks_owner: bool) -> "Capacity":
        """Derive them.

        Args:
            quotas: the environment's.
            groups: thing groups that a device joins.
            fleet: devices that may be switched on at once.
            asks_owner: whether the owner's decision function is asked about each.

        Raises:
            FleetTooLarge: with the numbers.
        """
        rate = _registrations(quotas, groups)
        concurrency = max(LEAST_CONCURRENCY, ceil(rate / OF_ONE_FUNCTION))
        batch = max(1, min(LARGEST_BATCH, floor(rate / concurrency * SECONDS_OF_A_BATCH)))
        paced = ceil(batch / (rate / concurrency))
        return cls(
            registrations_per_second=rate,
            refusals_per_second=rate * quotas.refusal_share,
            concurrency=concurrency,
            batch=batch,
            timeout=paced + SECONDS_FOR_CALLS + (SECONDS_FOR_THE_OWNER if asks_owner else 0),
            retention=_retention(fleet, rate),
        )

    @property
    def visibility(self) -> int:
        """For how long a message is hidden that a function has: until that one is surely dead, and more."""
        return VISIBILITY * self.timeout

    @property
    def drain(self) -> int:
        """For how long the last device of the fleet waits when all are switched on at once."""
        return self.retention - FOR_PEOPLE

    @property
    def share_of_registrations(self) -> float:
        """One function's turns a second."""
        return self.registrations_per_second / self.concurrency

    @property
    def share_of_refusals(self) -> float:
        """One function's turns a second to set a refused certificate INACTIVE."""
        return self.refusals_per_second / self.concurrency


def _registrations(quotas: Quotas, groups: int) -> float:
    """Give how many devices a second the narrowest quota lets in; each makes one call, and one per group."""
    narrowest = min(
        quotas.update_certificate, quotas.attach_policy, quotas.create_thing, quotas.attach_thing_principal
    )
    return min(narrowest, quotas.add_thing_to_thing_group / groups) if groups else narrowest


def _retention(fleet: int, rate: float) -> int:
    seconds = FOR_PEOPLE + ceil(fleet / rate)
    if seconds >= LONGEST_RETENTION:
        raise FleetTooLarge(
            f"{fleet:,} devices at {rate:g} a second take {fleet / rate / DAY:.1f} days; with four days for "
            "people to mend what is wrong, that is longer than a queue keeps a message (14 days). "
            "Ask AWS for a larger quota, or switch the fleet on in parts"
        )
    return seconds
