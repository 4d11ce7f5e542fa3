"""From a device's first CONNECT to ACTIVE, one device at a time, the contenders taking turns."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.calls import Calls
from benchmarks.contenders import FLOOR, Contender
from benchmarks.figures import Spread, ratios
from benchmarks.fleet.connection import Answer, Device, devices
from benchmarks.sheet import Sheet
from benchmarks.site import Site

WARM_UP = 3
"""Devices of each contender that come before those that count: a cold start is measured by itself."""
PAUSE = 0.15
"""Seconds between a device's ACTIVE and the next one. Ours writes its record after ACTIVE, MiniStack waits
for a function's log, and its poller sleeps 50 ms after a wake that found nothing: no device meets that."""
PATIENCE = 30.0  # seconds


@dataclass
class Series:
    """The durations (seconds) of each contender's devices, and when the first and the last one came."""

    begun: float
    ended: float = 0.0
    durations: dict[str, list[float]] = field(default_factory=dict)


def measure(site: Site, contenders: Sequence[Contender], count: int) -> Series:
    """Let `count` devices of every contender come, one at a time."""
    waiting = {each.name: devices(site.target, each.devices(WARM_UP + count, "alone")) for each in contenders}
    for number in range(WARM_UP):
        for each in contenders:
            _time_to_active(waiting[each.name][number], site.calls)
    series = Series(begun=time.monotonic(), durations={each.name: [] for each in contenders})
    for number in range(WARM_UP, WARM_UP + count):
        for each in contenders:
            duration = _time_to_active(waiting[each.name][number], site.calls)
            series.durations[each.name].append(duration)
    series.ended = time.monotonic()
    return series


def sheet(series: Series) -> Sheet:
    """Summarise, in milliseconds and as ratios to the floor's median."""
    spreads = {name: Spread.of(durations) for name, durations in series.durations.items()}
    to_floor = ratios({name: spread.p50 for name, spread in spreads.items()}, FLOOR)
    count = len(next(iter(series.durations.values())))
    return Sheet(
        title="From first CONNECT to ACTIVE, one device at a time",
        columns=["", "p50 ms", "p99 ms", "p50 to the floor's"],
        rows=[
            [name, f"{spread.p50:.1f}", f"{spread.p99:.1f}", f"{to_floor[name]:.2f}"]
            for name, spread in spreads.items()
        ],
        note=f"{count} devices each, taking turns. From the sending of the MQTT CONNECT packet to the answer "
        "to UpdateCertificate, both on the machine's monotonic clock.",
        figures={
            name: {"p50_ms": spread.p50, "p99_ms": spread.p99, "to_floor": to_floor[name]}
            for name, spread in spreads.items()
        },
    )


def _time_to_active(device: Device, calls: Calls) -> float:
    """Give the seconds.

    Raises:
        RuntimeError: the device was not registered just in time.
    """
    attempt = asyncio.run(device.connect())
    if attempt.sent is None or attempt.answer is not Answer.DROPPED:
        raise RuntimeError(f"{device.identity.thing_name}: {attempt.answer} instead of dropped at first")
    activated = calls.activation(device.identity.id, PATIENCE)
    if activated is None:
        raise RuntimeError(f"{device.identity.thing_name} is not ACTIVE after {PATIENCE:.0f} s")
    time.sleep(PAUSE)
    return activated - attempt.sent
