"""Messages that can never succeed."""

import time

from benchmarks.fleet.load import Once, switch_on
from benchmarks.soak import events
from benchmarks.soak.checks import complete, identities
from benchmarks.soak.finding import Check
from benchmarks.soak.ground import Ground
from benchmarks.soak.queues import DeadLetter
from benchmarks.soak.watch import Watch
from registration.dead_letters import LONGEST_BODY

FLEET, POISON = 50, 50
AT_ONCE = 10.0
"""Seconds from the queue to the dead-letter queue: a cold start and the messages before it, but no retry."""
PATIENCE = 60.0  # seconds, to tell what is late from what never comes
LOOKED_EVERY = 0.2  # seconds


def poison(ground: Ground, watch: Watch) -> list[Check]:
    """50 messages of nonsense among 50 genuine devices."""
    fleet = ground.fleet("among-poison", ground.scaled(FLEET))
    poisonous = [events.poison(number, ground.signer.id) for number in range(ground.scaled(POISON))]
    wanted = [body[:LONGEST_BODY] for body in poisonous]
    sent = time.monotonic()
    ground.queues.deliver(poisonous[::2])
    switch_on(fleet, Once())
    half = time.monotonic() - sent
    ground.queues.deliver(poisonous[1::2])
    letters = _dead_letters(ground, set(wanted))
    watch.await_active(identities(fleet), ground.patience(len(fleet)))
    came = {letter.body: letter for letter in letters}
    late = max((came[body].seen - sent for body in wanted[::2] if body in came), default=0.0)
    late = max(
        late, max((came[body].seen - sent - half for body in wanted[1::2] if body in came), default=0.0)
    )
    reasons = sorted({letter.reason for letter in came.values() if letter.reason})
    silent = sum(letter.reason is None for letter in came.values())
    everything = len(came) == len(wanted) == len(letters)
    return [
        Check("each in the dead-letter queue, once", f"{len(came)} of {len(wanted)}", everything),
        Check(
            "with its reason", f"{silent} without; {', '.join(reasons) or 'none'}", bool(came) and not silent
        ),
        Check(
            f"within {AT_ONCE:.0f} s",
            f"{late:.1f} s" if came else "never",
            everything and late <= AT_ONCE,
            speed=everything,
        ),
        complete(ground, fleet),
    ]


def _dead_letters(ground: Ground, wanted: set[str]) -> list[DeadLetter]:
    """Wait for the dead letters with these bodies; others are a fault, and given as well."""
    found: list[DeadLetter] = []
    until = time.monotonic() + PATIENCE
    while not wanted <= {letter.body for letter in found} and time.monotonic() < until:
        found += ground.queues.take_dead_letters()
        time.sleep(LOOKED_EVERY)
    return found
