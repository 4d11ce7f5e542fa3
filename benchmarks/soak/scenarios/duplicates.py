"""Events that come again and again, in any order, and long after."""

import random

from benchmarks.fleet.identity import Identity
from benchmarks.fleet.load import Once, switch_on
from benchmarks.fleet.lookups import statuses
from benchmarks.soak.checks import exactly_once, identities, no_dead_letters
from benchmarks.soak.events import events
from benchmarks.soak.finding import Check
from benchmarks.soak.ground import Ground
from benchmarks.soak.watch import Watch

FLEET = 100
EARLY, LATE = 2, 2
"""Copies beside the event that AWS IoT itself sent: five deliveries."""
HOURS = 7
"""How late the late ones are. Asynchronous invocations of Lambda, for one, are kept six hours."""
SETTLING = 180.0
"""Seconds in which a thousand events that change nothing must be settled."""


def duplicates(ground: Ground, watch: Watch) -> list[Check]:
    """Every event five times, shuffled: two copies at once, two long after, when some are switched off."""
    fleet = ground.fleet("duplicates", ground.scaled(FLEET))
    known = identities(fleet)
    switch_on(fleet, Once())
    ground.queues.deliver(_shuffled(ground, known, EARLY))
    came = watch.await_active(known, ground.patience(len(fleet)))
    early = ground.queues.await_settled(SETTLING)
    wanted = _switch_some_off(ground, known)
    ground.queues.deliver(_shuffled(ground, known, LATE, hours_ago=HOURS))
    late = ground.queues.await_settled(SETTLING)
    found = statuses(ground.target.iot, ground.signer.id)
    revived = [each for each in known if found.get(each.id) != wanted[each.id]]
    return [
        Check("all registered", f"{came} of {len(fleet)}", came == len(fleet)),
        exactly_once(watch, fleet),
        Check("nothing revived", f"{len(revived)} of {len(fleet)} have another status", not revived),
        Check("every event settled", f"{early} early and {late} late left", early + late == 0),
        no_dead_letters(ground),
    ]


def _shuffled(ground: Ground, known: list[Identity], copies: int, *, hours_ago: float = 0) -> list[str]:
    bodies = list(events(known, ground.signer.id, copies, hours_ago=hours_ago))
    random.shuffle(bodies)
    return bodies


def _switch_some_off(ground: Ground, known: list[Identity]) -> dict[str, str]:
    """Revoke every third device and deactivate every third; give the status that each must keep."""
    wanted = {
        identity.id: ("ACTIVE", "INACTIVE", "REVOKED")[number % 3] for number, identity in enumerate(known)
    }
    for certificate_id, status in wanted.items():
        if status != "ACTIVE":
            ground.target.iot.update_certificate(certificateId=certificate_id, newStatus=status)  # type: ignore[arg-type]  # one of its literals
    return wanted
