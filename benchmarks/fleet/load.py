"""A fleet that is switched on: every device connects, under one policy, a bounded number at once."""

import asyncio
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from benchmarks.fleet.connection import Answer, Attempt, Device

AT_ONCE = 100
"""Connections under way at one moment: more only queue at the broker, which is one thread."""


@dataclass
class Arrival:
    """How one device came in; times are of `time.monotonic()`."""

    device: Device
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def connects(self) -> int:
        """How many CONNECT packets it sent."""
        return sum(attempt.sent is not None for attempt in self.attempts)

    @property
    def first_connect(self) -> float | None:
        """When its first CONNECT went out; None before."""
        return next((attempt.sent for attempt in self.attempts if attempt.sent is not None), None)

    @property
    def accepted(self) -> float | None:
        """When the broker accepted it; None when it never did."""
        accepted = (attempt.answered for attempt in self.attempts if attempt.answer is Answer.ACCEPTED)
        return next(accepted, None)


class Policy(Protocol):
    """When a device connects again."""

    def pause(self, arrival: Arrival) -> float | None:
        """Give the seconds until its next connection; None when there is none."""


@dataclass(frozen=True)
class Once:
    """A device that connects once and never again, whatever the answer."""

    def pause(self, arrival: Arrival) -> float | None:  # noqa: ARG002  one of several policies
        """Never again."""
        return None


@dataclass(frozen=True)
class UntilAccepted:
    """A device that comes back until it is let in: exponential backoff with full jitter.

    AWS Architecture Blog, "Exponential Backoff And Jitter". The device SDKs go from one second to 128, too
    long for a run of minutes; but the more often devices come, the less processor time is left for the
    function.
    """

    deadline: float
    """Of `time.monotonic()`; no connection begins after it."""
    first: float = 2.0
    longest: float = 30.0

    def pause(self, arrival: Arrival) -> float | None:
        """Wait longer each time, until accepted or too late."""
        if arrival.accepted is not None:
            return None
        longest = min(self.longest, self.first * 2 ** (len(arrival.attempts) - 1))
        pause = random.uniform(0, longest)  # noqa: S311  jitter, no secret
        return pause if time.monotonic() + pause < self.deadline else None


@dataclass(frozen=True)
class AllTheTime:
    """A device that comes back after a steady pause, accepted or not, until the time is over."""

    deadline: float
    """Of `time.monotonic()`."""
    every: float
    """Seconds from one answer to the next connection, give or take a half."""

    def pause(self, arrival: Arrival) -> float | None:  # noqa: ARG002  one of several policies
        """Wait about as long each time."""
        pause = self.every * random.uniform(0.5, 1.5)  # noqa: S311  jitter, no secret
        return pause if time.monotonic() + pause < self.deadline else None


def switch_on(
    devices: Iterable[Device],
    policy: Policy,
    *,
    at_once: int = AT_ONCE,
    all_came: Callable[[], object] | None = None,
) -> list[Arrival]:
    """Let every device connect as the policy says, and give how each came in, in the order given.

    `all_came` is called, in a thread of its own, when every device has connected for the first time.
    """
    return asyncio.run(arrive(devices, policy, at_once=at_once, all_came=all_came))


async def arrive(
    devices: Iterable[Device],
    policy: Policy,
    *,
    at_once: int = AT_ONCE,
    all_came: Callable[[], object] | None = None,
) -> list[Arrival]:
    """Do the same within a running event loop."""
    room = asyncio.Semaphore(at_once)
    arrivals = [Arrival(device) for device in devices]
    firsts = [asyncio.Event() for _ in arrivals]
    async with asyncio.TaskGroup() as group:
        for arrival, first in zip(arrivals, firsts, strict=True):
            group.create_task(_come(arrival, policy, room, first))
        if all_came is not None:
            await asyncio.gather(*(first.wait() for first in firsts))
            await asyncio.to_thread(all_came)
    return arrivals


async def _come(arrival: Arrival, policy: Policy, room: asyncio.Semaphore, first: asyncio.Event) -> None:
    pause: float | None = 0.0
    while pause is not None:
        await asyncio.sleep(pause)
        async with room:
            arrival.attempts.append(await arrival.device.connect())
        first.set()
        pause = policy.pause(arrival)
