"""AWS that fails, and functions that die."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.fleet.load import Once, switch_on
from benchmarks.proxy.faults import Faults
from benchmarks.soak.checks import complete, identities, no_dead_letters
from benchmarks.soak.finding import Check
from benchmarks.soak.ground import Ground
from benchmarks.soak.watch import Watch

FAULTY = Faults(error=0.08, lost_answer=0.08, reset=0.04, delay=0.05)
"""One call in five fails or loses its answer, and of the rest some are late."""
FORGIVEN = 150.0
"""Seconds: two visibility timeouts, for messages whose return could not be set, as that call failed too."""
SHARE = 0.15
"""Of the calls that must have failed, or the scenario shows nothing: less than 20%, for chance's sake."""
FLEET = 200
"""Devices; at ten a second they take 20 seconds."""

KILLING = 10.0  # seconds
BETWEEN_KILLS = (0.2, 1.0)  # seconds, at least and at most
GRACE = 5
"""Seconds after a function's timeout; then nobody works on a message any more, and it may be handed out."""


def faults(ground: Ground, watch: Watch) -> list[Check]:
    """200 devices, connecting once each, while 20% of the calls fail or lose their answer."""
    fleet = ground.fleet("faults", ground.scaled(FLEET))
    ground.calls(FAULTY)
    switch_on(fleet, Once())
    watch.await_active(identities(fleet), FORGIVEN + ground.patience(len(fleet)))
    ground.calls()
    calls = watch.calls
    failed = sum(call.failed_on_purpose for call in calls)
    return [
        Check("20% of calls fail", f"{failed} of {len(calls)}", failed >= SHARE * len(calls)),
        complete(ground, fleet),
        no_dead_letters(ground),
    ]


def kills(ground: Ground, watch: Watch) -> list[Check]:
    """200 devices, connecting once each, while the functions are killed at random for ten seconds.

    What a killed function had in hand comes back when its visibility timeout is over. Deployed, that is six
    times the function's timeout; here it is shortened to the least that is still right.
    """
    fleet = ground.fleet("kills", ground.scaled(FLEET))
    timeout = ground.function.configuration["Timeout"]
    with ground.queues.visibility(timeout + GRACE) as again, ThreadPoolExecutor(1) as beside:
        arriving = beside.submit(switch_on, fleet, Once())
        killed = _kill(ground, KILLING * min(1.0, ground.scale * 2))
        arriving.result()
        watch.await_active(identities(fleet), 2 * again + ground.patience(len(fleet)))
    return [
        Check("functions die", f"{killed} killed, visibility {again} s", killed > 0),
        complete(ground, fleet),
        no_dead_letters(ground),
    ]


def _kill(ground: Ground, seconds: float) -> int:
    """Kill for a while; give how many died."""
    until, killed = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        time.sleep(random.uniform(*BETWEEN_KILLS))  # noqa: S311  chance is the point
        killed += ground.function.kill()
    return killed
