"""A device that is put out while something else happens: a stop, a registration, a colleague."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jitr.devices.switching_off import DEACTIVATE, REVOKE, Out
from records.state import State
from tests.unit.devices.operator_desk import Operator
from tests.unit.registration.boundary import Killed
from tests.unit.registration.stepped import Stepped, stop_before_call
from tests.unit.registration.world import LATER, POLICY, World, calls_of_a_registration, new_world

ACTIVE = calls_of_a_registration().index("UpdateCertificate")
MOST_CALLS = 12
"""Calls of a revocation, and a few more."""
MOST_TURNS = 24
"""Calls of a registration and of a revocation."""


@pytest.mark.parametrize("out", [REVOKE, DEACTIVATE], ids=["revoke", "deactivate"])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("position", range(MOST_CALLS))
def test_a_stop_anywhere_leaves_the_device_out_or_as_it_was_and_the_same_again_finishes(
    world: World, operator: Operator, position: int, moment: str, out: Out
) -> None:
    device = world.registered_device()
    world.function.calls.clear()
    world.function.dies_at(position, moment)
    with suppress(Killed):
        operator.put_out(device, out)
    world.function.recovers()
    changed = bool(world.function.changes)

    world.redeliver(device)

    assert (world.status(device) == out.status) is changed
    operator.put_out(device, out)
    assert world.status(device) == out.status
    assert world.record(device).state is out.state
    assert world.policies(device) == ([] if out.detaches else [POLICY])


@settings(max_examples=40, deadline=None)
@given(
    turns=st.lists(st.booleans(), max_size=MOST_TURNS),
    out=st.sampled_from([REVOKE, DEACTIVATE]),
    registration_last=st.booleans(),
)
def test_no_order_of_steps_lets_a_registration_bring_the_device_back(
    turns: list[bool], out: Out, *, registration_last: bool
) -> None:
    with new_world() as world:
        device, operator = world.issued_device(), Operator(world)
        world.function.before_call = stop_before_call
        registration = Stepped(lambda: world.deliver(device))
        revocation = Stepped(lambda: operator.put_out(device, out))
        for turn in turns:
            (registration if turn else revocation).advance(0)
        for run in (revocation, registration) if registration_last else (registration, revocation):
            run.finish()
        world.function.recovers()

        world.redeliver(device)

        assert world.status(device) == out.status
        assert world.record(device).state is out.state


@settings(max_examples=40, deadline=None)
@given(turns=st.lists(st.booleans(), max_size=MOST_TURNS))
def test_a_registration_that_dies_in_between_is_undone_by_the_next(turns: list[bool]) -> None:
    with new_world() as world:
        device, operator = world.issued_device(), Operator(world)
        world.function.before_call = stop_before_call
        registration = Stepped(lambda: world.deliver(device))
        revocation = Stepped(lambda: operator.revoke(device))
        for turn in turns:
            (registration if turn else revocation).advance(0)
        revocation.finish()
        registration.die()
        world.function.recovers()

        world.redeliver(device)

        assert world.status(device) == "REVOKED"
        assert world.record(device).state is State.REVOKED


def test_one_that_a_colleague_lets_in_at_the_same_time_is_out_in_the_end(
    world: World, operator: Operator
) -> None:
    device = world.registered_device()
    operator.deactivate(device)
    world.function.calls.clear()
    operator.deactivate(device)
    mark = world.function.operations.index("UpdateItem")
    world.function.meanwhile(mark, lambda: operator.activate(device))

    operator.deactivate(device)

    assert (world.status(device), world.record(device).state) == ("INACTIVE", State.DEACTIVATED)


def test_one_that_a_colleague_lets_in_between_switch_and_mark_is_out_in_the_end(
    world: World, operator: Operator
) -> None:
    device = world.registered_device()
    world.function.calls.clear()
    operator.deactivate(device)
    mark = world.function.operations.index("UpdateItem")
    operator.activate(device)
    world.function.calls.clear()
    world.function.meanwhile(mark, lambda: operator.activate(device))

    operator.deactivate(device)

    assert (world.status(device), world.record(device).state) == ("INACTIVE", State.DEACTIVATED)


def test_a_standing_claim_is_undone_by_the_run_that_held_it(world: World, operator: Operator) -> None:
    device = world.issued_device()
    world.function.meanwhile(ACTIVE, lambda: operator.revoke(device))

    world.deliver(device)
    world.now += LATER
    world.redeliver(device)

    assert world.status(device) == "REVOKED"
    assert world.record(device).claimed_until is None
