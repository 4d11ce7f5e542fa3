"""A run may die anywhere; the queue hands its message out again, and the device gets in, once."""

from datetime import timedelta

import pytest

from records.claims import Claims
from records.state import State
from tests.unit.registration.boundary import Killed, clients
from tests.unit.registration.world import POLICY, TABLE, World, calls_of_a_registration

DEATHS = [
    pytest.param(position, moment, id=f"{position}-{moment}-{operation}")
    for position, operation in enumerate(calls_of_a_registration())
    for moment in ("before", "after")
]
"""Every call that a registration makes, as recorded from one: before it, and after it took effect."""

CLAIM = calls_of_a_registration().index("UpdateItem")
AFTER_THE_CLAIM = DEATHS[2 * CLAIM + 1 :]
"""Those after which the record tells that somebody was at work."""
BEFORE_THE_END = AFTER_THE_CLAIM[:-1]
"""The same, without the death after the record is marked: nothing is left to be done then."""


@pytest.mark.parametrize(("position", "moment"), DEATHS)
def test_a_redelivery_completes_what_a_dead_run_began(world: World, position: int, moment: str) -> None:
    device = world.issued_device("pump-1")
    world.function.dies_at(position, moment)
    with pytest.raises(Killed):
        world.deliver(device)
    world.function.recovers()

    failed = world.redeliver(device)

    assert failed == []
    assert world.status(device) == "ACTIVE"
    assert world.record(device).state is State.REGISTERED
    assert (world.things(device), world.policies(device)) == (["pump-1"], [POLICY])


@pytest.mark.parametrize(("position", "moment"), DEATHS)
def test_active_is_the_last_that_aws_iot_hears_before_the_mark(
    world: World, position: int, moment: str
) -> None:
    device = world.issued_device()
    world.function.dies_at(position, moment)
    with pytest.raises(Killed):
        world.deliver(device)
    world.function.recovers()
    world.redeliver(device)

    assert world.function.statuses == ["ACTIVE"]
    assert world.function.changes[-1] == "UpdateItem"


@pytest.mark.parametrize(("position", "moment"), DEATHS)
def test_a_third_delivery_changes_nothing(world: World, position: int, moment: str) -> None:
    device = world.issued_device()
    world.function.dies_at(position, moment)
    with pytest.raises(Killed):
        world.deliver(device)
    world.function.recovers()
    world.redeliver(device)
    world.function.calls.clear()

    world.redeliver(device)

    assert world.function.operations == ["UpdateItem"]


@pytest.mark.parametrize(("position", "moment"), AFTER_THE_CLAIM)
@pytest.mark.parametrize("status", ["INACTIVE", "REVOKED"])
def test_a_certificate_switched_off_by_hand_in_between_stays_off(
    world: World, position: int, moment: str, status: str
) -> None:
    device = world.issued_device()
    world.function.dies_at(position, moment)
    with pytest.raises(Killed):
        world.deliver(device)
    world.function.recovers()
    world.switch_by_hand(device, status)

    failed = world.redeliver(device)

    assert failed == []
    assert world.status(device) == status


@pytest.mark.parametrize(("position", "moment"), BEFORE_THE_END)
@pytest.mark.parametrize(
    ("status", "tombstone"), [("INACTIVE", State.DEACTIVATED), ("REVOKED", State.REVOKED)]
)
def test_the_record_of_a_certificate_switched_off_by_hand_becomes_a_tombstone(
    world: World, position: int, moment: str, status: str, tombstone: State
) -> None:
    device = world.issued_device()
    world.function.dies_at(position, moment)
    with pytest.raises(Killed):
        world.deliver(device)
    world.function.recovers()
    world.switch_by_hand(device, status)

    world.redeliver(device)

    assert world.record(device).state is tombstone


@pytest.mark.parametrize(("position", "moment"), DEATHS)
def test_a_device_deactivated_in_between_stays_out(world: World, position: int, moment: str) -> None:
    device = world.issued_device()
    world.function.dies_at(position, moment)
    with pytest.raises(Killed):
        world.deliver(device)
    world.function.recovers()
    world.deactivate(device)

    failed = world.redeliver(device)

    assert failed == []
    assert world.status(device) == "INACTIVE"
    assert world.record(device).state is State.DEACTIVATED


def test_a_certificate_deleted_in_between_is_not_brought_back(world: World) -> None:
    device = world.issued_device()
    world.function.dies_at(4, "before")
    with pytest.raises(Killed):
        world.deliver(device)
    world.function.fails_at("DescribeCertificate", "ResourceNotFoundException")

    failed = world.redeliver(device)

    assert failed == []
    assert world.record(device).state is State.DEACTIVATED
    assert world.function.statuses == []


def test_a_claim_that_may_still_be_alive_makes_the_message_wait(world: World) -> None:
    device = world.issued_device()
    world.function.dies_at(4, "before")
    with pytest.raises(Killed):
        world.deliver(device)
    world.function.recovers()
    world.function.calls.clear()

    failed = world.deliver(device)

    assert failed == ["message-0"]
    assert world.function.operations == ["UpdateItem"]


@pytest.mark.parametrize(("seconds", "failed"), [(2, ["message-0"]), (3, [])])
def test_a_claim_is_respected_as_long_as_clocks_may_differ(
    world: World, seconds: int, failed: list[str]
) -> None:
    device = world.issued_device()
    Claims(clients().dynamodb, TABLE).claim(world.record(device), world.now)
    world.now += timedelta(seconds=seconds)

    assert world.deliver(device) == failed


def test_a_run_that_died_before_its_mark_costs_no_second_update(world: World) -> None:
    device = world.issued_device()
    world.function.dies_at(5, "before")
    with pytest.raises(Killed):
        world.deliver(device)
    world.function.recovers()

    world.redeliver(device)

    assert world.function.statuses == ["ACTIVE"]


def test_registered_devices_switched_off_later_stay_off_however_often_events_come(world: World) -> None:
    device = world.registered_device()
    world.switch_by_hand(device, "INACTIVE")

    failed = world.deliver(device, device, device) + world.redeliver(device)

    assert failed == []
    assert world.status(device) == "INACTIVE"
