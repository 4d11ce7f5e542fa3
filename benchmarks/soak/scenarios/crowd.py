"""A fleet that is switched on at one moment, with clients that come back and with clients that do not.

Its events are handed out when every device has connected once. Broker and functions share the processors here
and do not at AWS; else the first seconds' rate would be that of the handshakes.
"""

import time
from contextlib import ExitStack

from benchmarks.fleet.load import Once, Policy, UntilAccepted, switch_on
from benchmarks.soak.checks import complete, exactly_once, full_rate, identities, no_dead_letters
from benchmarks.soak.finding import Check
from benchmarks.soak.ground import Ground
from benchmarks.soak.watch import Watch

CROWD = 500
"""Devices; at ten a second they take 50 seconds."""


def crowd(ground: Ground, watch: Watch) -> list[Check]:
    """500 devices at once, which come back until they are accepted."""
    fleet = ground.fleet("crowd", ground.scaled(CROWD))
    until = UntilAccepted(time.monotonic() + ground.patience(len(fleet)))
    with ExitStack() as waiting:
        waiting.enter_context(ground.function.paused())
        arrivals = switch_on(fleet, until, all_came=waiting.close)
    accepted = sum(arrival.accepted is not None for arrival in arrivals)
    connects = sum(arrival.connects for arrival in arrivals) / len(arrivals)
    return [
        complete(ground, fleet),
        Check(
            "every device accepted",
            f"{accepted} of {len(fleet)}, {connects:.1f} connects each",
            accepted == len(fleet),
        ),
        exactly_once(watch, fleet),
        no_dead_letters(ground),
        full_rate(ground, watch, fleet),
    ]


def once(ground: Ground, watch: Watch) -> list[Check]:
    """500 devices at once, each of which connects once and never again."""
    count = ground.scaled(CROWD)
    checks, ground.plain_rates[count] = come_in(ground, watch, "once", count, Once())
    return checks


def plain_rate(ground: Ground, count: int) -> float:
    """Give the rate at which a fleet comes in undisturbed, each device connecting once.

    It is measured unless a scenario before has measured it.
    """
    if count not in ground.plain_rates:
        watch = Watch(ground.proxy)
        _, ground.plain_rates[count] = come_in(ground, watch, f"plain{count}", count, Once())
        ground.queues.empty()
    return ground.plain_rates[count]


def come_in(
    ground: Ground, watch: Watch, label: str, count: int, policy: Policy
) -> tuple[list[Check], float]:
    """Switch a fleet on, wait for it, and give what held and its rate in devices per second."""
    fleet = ground.fleet(label, count)
    with ground.function.paused():
        switch_on(fleet, policy)
    watch.await_active(identities(fleet), ground.patience(count))
    return (
        [complete(ground, fleet), no_dead_letters(ground), full_rate(ground, watch, fleet)],
        watch.rate(identities(fleet)),
    )
