"""What most scenarios must show."""

from collections.abc import Collection

from benchmarks.fleet.connection import Device
from benchmarks.fleet.identity import Identity
from benchmarks.fleet.lookups import incomplete
from benchmarks.soak.finding import Check
from benchmarks.soak.ground import Ground
from benchmarks.soak.watch import Watch

FULL = 0.95
"""Share of the quota that must be used from the first activation to the last."""
UNDISTURBED = 0.90
"""Share of the rate without strangers that must be left with them."""


def identities(devices: Collection[Device]) -> list[Identity]:
    """Give the devices' identities."""
    return [device.identity for device in devices]


def complete(ground: Ground, devices: Collection[Device]) -> Check:
    """See that all are ACTIVE, each with its thing and the device policy."""
    missing = incomplete(ground.target, identities(devices))
    some = "; ".join(f"{name}: {what}" for name, what in list(missing.items())[:2])
    measured = f"{len(devices) - len(missing)} of {len(devices)}" + (f" ({some})" if some else "")
    return Check("all ACTIVE with thing and policy", measured, not missing)


def no_dead_letters(ground: Ground) -> Check:
    """See that nothing was given up."""
    count = ground.queues.dead_letters()
    return Check("dead-letter queue empty", f"{count} in it", count == 0)


def exactly_once(watch: Watch, devices: Collection[Device]) -> Check:
    """See that no device costs a second UpdateCertificate, however often it or its event comes."""
    counts = [len(times) for times in watch.activations(identities(devices)).values()]
    return Check(
        "each set ACTIVE exactly once",
        f"{counts.count(1)} once, {sum(count > 1 for count in counts)} more often",
        counts == [1] * len(devices),
    )


def full_rate(ground: Ground, watch: Watch, devices: Collection[Device]) -> Check:
    """See that the quota is used."""
    rate = watch.rate(identities(devices))
    return Check(
        f"at least {FULL:.0%} of {ground.quota:.0f}/s, first activation to last",
        f"{rate:.2f}/s, {rate / ground.quota:.0%}",
        rate >= FULL * ground.quota,
        speed=True,
    )


def undisturbed(ground: Ground, watch: Watch, devices: Collection[Device], plain: float) -> Check:
    """See that the genuine ones come in about as quickly as they would alone.

    A full bucket lets a small fleet in faster than the quota; that is no rate to compare with.
    """
    rate, alone = watch.rate(identities(devices)), min(plain, ground.quota)
    share = rate / alone if alone else 0.0
    return Check(
        f"genuine at no less than {UNDISTURBED:.0%} of the rate without the others",
        f"{rate:.2f}/s, {share:.0%} of {alone:.2f}/s",
        share >= UNDISTURBED,
        speed=True,
    )
