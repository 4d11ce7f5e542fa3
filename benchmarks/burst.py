"""A fleet that is switched on at once; its clients come back with jittered backoff until they are let in."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.calls import Calls
from benchmarks.contenders import FLOOR, Contender
from benchmarks.figures import median, ratios
from benchmarks.fleet.connection import devices
from benchmarks.fleet.load import Arrival, UntilAccepted, switch_on
from benchmarks.sheet import Sheet
from benchmarks.site import Site

PATIENCE = 90.0
"""Seconds after which a device that was not let in counts as lost."""
FIRST_PAUSE = 4.0
"""Seconds within which a device comes back the first time. With one second, as the device SDKs begin, the
handshakes of those who come back take most of this machine, and every contender looks alike."""
QUIET = 2.0
"""Seconds between two bursts, in which functions and logs come to rest."""


@dataclass(frozen=True)
class Burst:
    """What became of one fleet."""

    rate: float
    """Devices per second, from the first CONNECT to the last ACTIVE."""
    connects: float
    """CONNECT packets per device, median."""
    lost: int
    """Devices that were never let in."""


def measure(site: Site, contenders: Sequence[Contender], count: int, rounds: int) -> dict[str, list[Burst]]:
    """Let a fleet of `count` devices come to each contender in turn, `rounds` times."""
    bursts: dict[str, list[Burst]] = {each.name: [] for each in contenders}
    for number in range(rounds):
        for each in contenders:
            fleet = devices(site.target, each.devices(count, f"burst{number}"))
            arrivals = switch_on(
                fleet, UntilAccepted(time.monotonic() + PATIENCE, FIRST_PAUSE), at_once=count
            )
            bursts[each.name].append(burst(arrivals, site.calls))
            time.sleep(QUIET)
    return bursts


def burst(arrivals: Sequence[Arrival], calls: Calls) -> Burst:
    """Summarise the arrivals of one fleet."""
    calls.catch_up()
    activations = calls.activations
    activated = [activations[each] for each in _ids(arrivals) if each in activations]
    connected = [first for arrival in arrivals if (first := arrival.first_connect) is not None]
    return Burst(
        rate=len(activated) / (max(activated) - min(connected)) if activated else 0.0,
        connects=median([arrival.connects for arrival in arrivals]),
        lost=sum(arrival.accepted is None for arrival in arrivals),
    )


def sheet(bursts: dict[str, list[Burst]], count: int) -> Sheet:
    """Summarise: medians of the rounds, and all that were lost."""
    rates = {name: median([each.rate for each in rounds]) for name, rounds in bursts.items()}
    connects = {name: median([each.connects for each in rounds]) for name, rounds in bursts.items()}
    lost = {name: sum(each.lost for each in rounds) for name, rounds in bursts.items()}
    to_floor, rounds = ratios(rates, FLOOR), len(next(iter(bursts.values())))
    return Sheet(
        title=f"{count} devices at once, no quotas",
        columns=["", "devices per second", "to the floor's", "connects per device", "lost"],
        rows=[
            [name, f"{rates[name]:.0f}", f"{to_floor[name]:.2f}", f"{connects[name]:g}", str(lost[name])]
            for name in bursts
        ],
        note=f"Medians of {rounds} bursts each, taking turns; lost is their sum. Clients come back with "
        f"backoff and full jitter, from {FIRST_PAUSE:.0f} s up, and a device is lost when it was not let in "
        f"within {PATIENCE:.0f} s.",
        figures={
            name: {
                "devices_per_second": rates[name],
                "to_floor": to_floor[name],
                "connects": connects[name],
                "lost": lost[name],
            }
            for name in bursts
        },
    )


def _ids(arrivals: Sequence[Arrival]) -> list[str]:
    return [arrival.device.identity.id for arrival in arrivals]
