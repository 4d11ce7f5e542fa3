"""Devices that were switched off, or are somebody else's, and come back all the time."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Literal

from benchmarks.fleet.connection import Device, devices
from benchmarks.fleet.identity import Identity, Signer
from benchmarks.fleet.load import AllTheTime, Once, switch_on
from benchmarks.fleet.lookups import statuses
from benchmarks.fleet.recording import imported
from benchmarks.soak.checks import complete, identities, no_dead_letters, undisturbed
from benchmarks.soak.finding import Check
from benchmarks.soak.ground import Ground
from benchmarks.soak.scenarios.crowd import plain_rate
from benchmarks.soak.scenarios.failing import FLEET
from benchmarks.soak.watch import Watch
from contract import Output
from jitr import deployed
from pki.identity import pem
from records.state import State

OF_EACH_KIND = 10
EVERY = 2.0
"""Seconds between two connections of one of them: AWS IoT takes one a second of each client id, but forty
handshakes a second would take from the function half of the processor time that it is measured on."""
AT_EASE = 3.0  # seconds that they go on after the last genuine device


def outsiders(ground: Ground, watch: Watch) -> list[Check]:
    """Revoked, deactivated, never admitted and wrong-CA devices reconnect beside 200 genuine ones."""
    genuine = ground.scaled(FLEET)
    plain = plain_rate(ground, genuine)
    out = _outsiders(ground, watch, ground.scaled(OF_EACH_KIND))
    before = _statuses(ground, out)
    fleet = ground.fleet("insiders", genuine)
    with ground.function.paused():
        switch_on(fleet, Once())
    began = time.monotonic()
    with ThreadPoolExecutor(1) as beside:
        deadline = began + genuine / plain + AT_EASE if plain else began + ground.patience(genuine)
        coming_back = beside.submit(switch_on, out, AllTheTime(deadline, EVERY))
        watch.await_active(identities(fleet), ground.patience(genuine))
        arrivals = coming_back.result()
    connects = sum(arrival.connects for arrival in arrivals)
    accepted = sum(arrival.accepted is not None for arrival in arrivals)
    after = _statuses(ground, out)
    changed = sum(after.get(id_) != status for id_, status in before.items())
    return [
        Check(
            "they stay out",
            f"{accepted} of {len(out)} accepted in {connects} connects, {changed} changed status",
            accepted == changed == 0 and "ACTIVE" not in after.values(),
        ),
        complete(ground, fleet),
        undisturbed(ground, watch, fleet, plain),
        no_dead_letters(ground),
    ]


def _outsiders(ground: Ground, watch: Watch, of_each: int) -> list[Device]:
    return [
        *_switched_off(ground, watch, "REVOKED", of_each),
        *_switched_off(ground, watch, "INACTIVE", of_each),
        *_never_admitted(ground, of_each),
        *devices(ground.target, _neighbour(ground).sign(f"neighbour-{n}" for n in range(of_each))),
    ]


def _switched_off(
    ground: Ground, watch: Watch, status: Literal["REVOKED", "INACTIVE"], count: int
) -> list[Device]:
    """Make devices that came in, and were switched off afterwards."""
    made = ground.fleet(f"off-{status}", count)
    switch_on(made, Once())
    watch.await_active(identities(made), ground.patience(count))
    ground.queues.await_settled(ground.patience(count))
    for identity in identities(made):
        ground.target.iot.update_certificate(certificateId=identity.id, newStatus=status)
    return made


def _never_admitted(ground: Ground, count: int) -> list[Device]:
    """Make devices whose records were revoked before they ever came: each of their connects is an event."""
    made = ground.strays("never", count)
    table = deployed.output(ground.target, Output.ISSUANCE_RECORDS)
    dynamodb = ground.target.session.client("dynamodb")
    for identity in identities(made):
        revoked = replace(
            imported(identity, ground.signer.id), state=State.REVOKED, reason="lost in the post"
        )
        dynamodb.put_item(TableName=table, Item=revoked.to_item())
    return made


def _neighbour(ground: Ground) -> Signer:
    """Register an authority in the account that is none of the environment's.

    Without it the handshake would fail, and nothing of the environment's would have been tried.
    """
    signer = Signer.unknown("the neighbour's authority")
    ground.target.iot.register_ca_certificate(
        caCertificate=pem(signer.certificate),
        setAsActive=True,
        allowAutoRegistration=True,
        certificateMode="SNI_ONLY",  # which asks for no proof of the key
    )
    return signer


def _statuses(ground: Ground, out: list[Device]) -> dict[str, str]:
    """Give the statuses of those whose certificates AWS IoT knows already."""
    known = statuses(ground.target.iot, ground.signer.id)
    wanted: list[Identity] = identities(out)
    return {identity.id: known[identity.id] for identity in wanted if identity.id in known}
