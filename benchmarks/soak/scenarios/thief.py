"""Somebody has the authority's key, and signs certificates that nobody issued."""

import random
import time
from collections.abc import Collection

from benchmarks.fleet.connection import Device
from benchmarks.fleet.load import Once, switch_on
from benchmarks.fleet.lookups import active, statuses
from benchmarks.soak.checks import complete, identities, undisturbed
from benchmarks.soak.finding import Check
from benchmarks.soak.ground import Ground
from benchmarks.soak.scenarios.crowd import CROWD, plain_rate
from benchmarks.soak.scenarios.failing import FLEET
from benchmarks.soak.watch import Watch

FEW, MANY = 50, 2_000
COUNTING = 180.0
"""Seconds after the last genuine device in which the rest of the strangers must have been counted."""
LOOKED_EVERY = 2.0  # seconds; a look reads all that the function has logged


def stolen(ground: Ground, watch: Watch) -> list[Check]:
    """50 certificates signed with the stolen key among 500 genuine ones."""
    return _mixed(ground, watch, "stolen", ground.scaled(CROWD), ground.scaled(FEW))


def flood(ground: Ground, watch: Watch) -> list[Check]:
    """2,000 certificates signed with the stolen key among 200 genuine ones."""
    return _mixed(ground, watch, "flood", ground.scaled(FLEET), ground.scaled(MANY))


def _mixed(ground: Ground, watch: Watch, label: str, genuine: int, strangers: int) -> list[Check]:
    plain = plain_rate(ground, genuine)
    fleet = ground.fleet(label, genuine)
    strays = ground.strays(f"{label}-stray", strangers)
    everybody = [*fleet, *strays]
    random.shuffle(everybody)
    # Handed out only when all are there: else the rate would be that at which the broker shakes hands.
    with ground.function.paused():
        switch_on(everybody, Once())
    watch.await_active(identities(fleet), ground.patience(genuine))
    counted = _counted(ground, watch, strays)
    let_in = active(statuses(ground.target.iot, ground.signer.id), identities(strays))
    return [
        complete(ground, fleet),
        undisturbed(ground, watch, fleet, plain),
        Check("the others never", f"{len(let_in)} of {strangers} ACTIVE", not let_in),
        Check("each counted as unissued", f"{counted} of {strangers}", counted == strangers),
    ]


def _counted(ground: Ground, watch: Watch, strays: Collection[Device]) -> int:
    """Wait until each stray has a log line that refuses it as unissued; give how many have."""
    wanted = {identity.id for identity in identities(strays)}
    until = time.monotonic() + COUNTING
    while True:
        refused = {
            line.get("certificate_id")
            for line in ground.function.outcomes(watch.began_at)
            if (line["Outcome"], line.get("Reason")) == ("refused", "unissued")
        }
        if wanted <= refused or time.monotonic() >= until:
            return len(wanted & refused)
        time.sleep(LOOKED_EVERY)
