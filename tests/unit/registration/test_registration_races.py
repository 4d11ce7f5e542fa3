"""Two runs for the same device, interleaved at every step: one ACTIVE, and nobody is ever brought back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.claims import Answer, Claims
from records.state import State
from tests.unit.registration.boundary import Killed, clients
from tests.unit.registration.conftest import Lines
from tests.unit.registration.stepped import Stepped, steps_after, stop_before_call
from tests.unit.registration.world import (
    LATER,
    POLICY,
    TABLE,
    Device,
    World,
    calls_of_a_registration,
    new_world,
)

CALLS = calls_of_a_registration()
STEPS = range(len(CALLS) + 1)
BEFORE_THE_CLAIM = range(CALLS.index("UpdateItem") + 1)
ACTIVE = CALLS.index("UpdateCertificate")
MARK = len(CALLS) - 1


def revoke(world: World, device: Device) -> None:
    """An operator revokes a device: the record first, then AWS IoT."""
    world.records.move(device.certificate_id, to=State.REVOKED, expected={State.ACTIVATING})
    world.switch_by_hand(device, "REVOKED")


def claim(world: World, device: Device) -> None:
    """A run claims the device, and is never heard of again."""
    claims = Claims(clients().dynamodb, TABLE)
    assert claims.claim(world.record(device), world.now) is Answer.GRANTED


def forget(device: Device) -> None:
    """Somebody deletes a record, which nothing in the project does."""
    clients().dynamodb.delete_item(TableName=TABLE, Key={"id": {"S": device.certificate_id}})


def mark(world: World, device: Device) -> None:
    """The first attempt of the mark takes effect, and its answer is lost."""
    world.records.move(device.certificate_id, to=State.REGISTERED, expected={State.ACTIVATING})


def two_runs(world: World, device: Device) -> tuple[Stepped, Stepped]:
    """Two runs with an event each about the device; both wait for their first step."""
    world.function.before_call = stop_before_call
    return Stepped(lambda: world.deliver(device)), Stepped(lambda: world.deliver(device))


def settle(world: World, device: Device, *runs: Stepped) -> None:
    """Let runs come to their end, and hand out again what they could not settle."""
    for run in runs:
        run.finish()
    world.function.recovers()
    assert world.redeliver(device) == []


@pytest.mark.parametrize(
    ("first_steps", "second_steps"),
    [(first, second) for first in STEPS[:-1] for second in steps_after(first, STEPS)],
)
def test_two_runs_register_a_device_once(world: World, first_steps: int, second_steps: int) -> None:
    device = world.issued_device("pump-1")
    first, second = two_runs(world, device)
    first.advance(first_steps)
    second.advance(second_steps)

    settle(world, device, first, second)

    assert world.function.statuses == ["ACTIVE"]
    assert world.record(device).state is State.REGISTERED
    assert (world.things(device), world.policies(device)) == (["pump-1"], [POLICY])


@pytest.mark.parametrize("second_steps", STEPS)
@pytest.mark.parametrize("first_steps", STEPS)
def test_a_device_deactivated_while_two_runs_are_at_work_stays_out(
    world: World, first_steps: int, second_steps: int
) -> None:
    device = world.issued_device()
    first, second = two_runs(world, device)
    first.advance(first_steps)
    second.advance(second_steps)
    world.deactivate(device)

    settle(world, device, second, first)

    assert world.status(device) == "INACTIVE"
    assert world.record(device).state is State.DEACTIVATED


@pytest.mark.parametrize("steps", BEFORE_THE_CLAIM)
def test_a_run_that_comes_late_does_not_bring_back_what_was_switched_off_by_hand(
    world: World, steps: int
) -> None:
    device = world.issued_device()
    late, early = two_runs(world, device)
    late.advance(steps)
    early.finish()
    world.switch_by_hand(device, "INACTIVE")

    settle(world, device, late)

    assert world.status(device) == "INACTIVE"


def test_a_claim_that_lapsed_is_taken_over_by_one_run_only(world: World) -> None:
    device = world.issued_device()
    claim(world, device)
    world.now += LATER
    first, second = two_runs(world, device)
    first.advance(5)
    second.advance(5)

    settle(world, device, second, first)

    assert world.function.statuses == ["ACTIVE"]
    assert world.record(device).state is State.REGISTERED


def test_a_device_deactivated_just_before_active_is_switched_off_by_the_same_run(world: World) -> None:
    device = world.issued_device()
    world.function.meanwhile(ACTIVE, lambda: world.deactivate(device))

    failed = world.deliver(device)

    assert failed == []
    assert world.function.statuses == ["ACTIVE", "INACTIVE"]
    assert world.status(device) == "INACTIVE"


def test_a_device_deactivated_just_before_a_run_sets_active_and_dies_is_switched_off_later(
    world: World,
) -> None:
    device = world.issued_device()
    world.function.dies_at(ACTIVE, "after")
    world.function.meanwhile(ACTIVE, lambda: world.deactivate(device))
    with pytest.raises(Killed):
        world.deliver(device)
    world.function.recovers()

    failed = world.redeliver(device)

    assert failed == []
    assert world.status(device) == "INACTIVE"


def test_a_device_revoked_just_before_active_is_revoked_again_not_merely_inactive(world: World) -> None:
    device = world.issued_device()
    world.function.meanwhile(ACTIVE, lambda: revoke(world, device))

    world.deliver(device)

    assert world.status(device) == "REVOKED"


def test_a_record_that_vanished_leaves_its_certificate_inactive(world: World) -> None:
    device = world.issued_device()
    world.function.meanwhile(MARK, lambda: forget(device))

    world.deliver(device)

    assert world.status(device) == "INACTIVE"


def test_a_mark_whose_answer_got_lost_is_no_reason_to_switch_off(world: World, lines: Lines) -> None:
    device = world.issued_device()
    world.function.meanwhile(MARK, lambda: mark(world, device))

    world.deliver(device)

    assert world.status(device) == "ACTIVE"
    assert [line["Outcome"] for line in lines()] == ["registered"]


@settings(max_examples=60, deadline=None)
@given(turns=st.lists(st.booleans(), max_size=2 * len(CALLS)))
def test_no_order_of_turns_activates_twice(turns: list[bool]) -> None:
    with new_world() as world:
        device = world.issued_device()
        first, second = two_runs(world, device)
        for turn in turns:
            (first if turn else second).advance(0)

        settle(world, device, first, second)

        assert world.function.statuses == ["ACTIVE"]
        assert world.record(device).state is State.REGISTERED
