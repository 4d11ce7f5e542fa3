"""What goes wrong on purpose, call by call, always the same for one seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What is done to a call."""

    ERROR = "error"
    """Answered with 500 or 503 before it took effect."""
    DELAY = "delay"
    """Held back for a while, then handed on."""
    LOST_ANSWER = "lost_answer"
    """Handed on and done, but the connection is closed without an answer."""
    RESET = "reset"
    """The connection is reset before the call took effect."""


@dataclass(frozen=True)
class Faults:
    """How likely each fault is, for every call; the rest goes through untouched.

    Raises:
        ValueError: probabilities that are negative or sum up to more than one.
    """

    error: float = 0.0
    delay: float = 0.0
    lost_answer: float = 0.0
    reset: float = 0.0
    longest_delay: float = 1.0
    """Seconds; a delay is anything up to it."""
    seed: int = 4
    """Any number does; the same number makes the same sequence of faults."""

    def __post_init__(self) -> None:
        likely = [self.likelihood(fault) for fault in Fault]
        if min(likely) < 0 or sum(likely) > 1:
            raise ValueError(f"the faults' probabilities are {likely}: none below 0, together at most 1")

    def likelihood(self, fault: Fault) -> float:
        """Give the probability of one fault."""
        return float(getattr(self, fault.value))


@dataclass(frozen=True)
class Mishap:
    """A fault with its particulars; `status` is of an error, `seconds` of a delay."""

    fault: Fault
    status: int = 500
    seconds: float = 0.0


def mishaps(faults: Faults) -> Iterator[Mishap | None]:
    """Decide for one call after the other, without end; None is no fault."""
    chance = random.Random(faults.seed)  # noqa: S311  repeatable, no secret
    while True:
        fault = _chosen(faults, chance.random())
        # Drawn for every call, so that the sequence does not depend on what was chosen.
        status, seconds = chance.choice((500, 503)), chance.uniform(0, faults.longest_delay)
        yield None if fault is None else Mishap(fault, status, seconds)


def _chosen(faults: Faults, drawn: float) -> Fault | None:
    """Give the fault into whose share of [0, 1) the number falls."""
    for fault in Fault:
        if drawn < faults.likelihood(fault):
            return fault
        drawn -= faults.likelihood(fault)
    return None
