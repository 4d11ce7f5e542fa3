"""A second certificate for a thing: refused, replacing the first, or beside it, as the environment says."""

from datetime import timedelta

import pytest

from contract import SecondCertificate
from records.state import State
from tests.unit.registration.boundary import Killed
from tests.unit.registration.conftest import Lines
from tests.unit.registration.stepped import Stepped, race, steps_after, stop_before_call
from tests.unit.registration.world import LATER, Device, World, new_world

REFUSE, REPLACE, KEEP_BOTH = SecondCertificate.REFUSE, SecondCertificate.REPLACE, SecondCertificate.KEEP_BOTH


def second_device(world: World, serial: str = "20") -> Device:
    """The same thing with another certificate."""
    return world.issued_device("pump-1", serial=serial)


def statuses(world: World, *devices: Device) -> list[str]:
    """The certificates' statuses in AWS IoT."""
    return [world.status(device) for device in devices]


def calls_of_a_replacement() -> list[str]:
    """The calls by which a second certificate replaces the first."""
    with new_world() as world:
        world.registered_device()
        world.function.calls.clear()
        world.deliver(second_device(world))
        return world.function.operations


REPLACEMENT = calls_of_a_replacement()
STEPS = range(len(REPLACEMENT) + 1)
DEATHS = [
    pytest.param(position, moment, id=f"{position}-{moment}-{operation}")
    for position, operation in enumerate(REPLACEMENT)
    for moment in ("before", "after")
]


def test_a_second_certificate_is_refused_and_the_first_stays(world: World, lines: Lines) -> None:
    world.rule = REFUSE
    first = world.registered_device()
    lines()

    world.deliver(second := second_device(world))

    assert statuses(world, first, second) == ["ACTIVE", "INACTIVE"]
    assert world.record(second).state is State.REFUSED
    assert world.things(second) == world.policies(second) == []
    (line,) = lines()
    assert (line["Outcome"], line["Reason"]) == ("refused", "second_certificate")
    assert first.certificate_id in line["problem"]


def test_a_second_certificate_replaces_the_first_once_it_is_active(world: World) -> None:
    first = world.registered_device()
    world.function.calls.clear()

    world.deliver(second := second_device(world))

    assert statuses(world, first, second) == ["INACTIVE", "ACTIVE"]
    assert world.function.statuses == ["ACTIVE", "INACTIVE"]
    assert (world.record(first).state, world.record(second).state) == (State.REPLACED, State.REGISTERED)
    assert second.certificate_id in str(world.record(first).reason)


def test_a_second_certificate_is_let_in_beside_the_first(world: World) -> None:
    world.rule = KEEP_BOTH
    first = world.registered_device()

    world.deliver(second := second_device(world))

    assert statuses(world, first, second) == ["ACTIVE", "ACTIVE"]
    assert world.record(first).state is State.REGISTERED


@pytest.mark.parametrize("tombstone", ["deactivated", "expired"])
def test_a_thing_whose_certificate_is_of_no_use_is_free(world: World, tombstone: str) -> None:
    world.rule = REFUSE
    first = world.registered_device()
    if tombstone == "expired":
        world.now += timedelta(days=366)
    else:
        world.deactivate(first)

    world.deliver(second := second_device(world))

    assert world.status(second) == "ACTIVE"


def test_a_certificate_that_came_to_nothing_does_not_keep_the_thing(world: World) -> None:
    world.rule = REFUSE
    first, second = world.issued_device(), second_device(world)
    world.function.fails_at("AttachPolicy", "ThrottlingException")
    world.deliver(first)
    world.function.recovers()

    world.deliver(second)
    world.redeliver(first)

    assert statuses(world, first, second) == ["INACTIVE", "ACTIVE"]
    assert world.record(first).state is State.REFUSED


def test_a_certificate_that_is_being_activated_keeps_the_thing_until_that_has_ended(
    world: World, lines: Lines
) -> None:
    world.rule = REFUSE
    first, second = world.issued_device(), second_device(world)
    world.function.loses_the_answer_of("UpdateCertificate")
    world.deliver(first)
    world.function.recovers()
    lines()

    failed = world.deliver(second)

    assert failed == ["message-0"]
    assert [line["Reason"] for line in lines()] == ["thing_contended"]


def test_of_three_certificates_the_last_that_came_is_active(world: World) -> None:
    first = world.registered_device()
    second, third = second_device(world), second_device(world, "21")

    world.deliver(second)
    world.deliver(third)

    assert statuses(world, first, second, third) == ["INACTIVE", "INACTIVE", "ACTIVE"]


def test_a_replaced_certificate_never_comes_back(world: World) -> None:
    first = world.registered_device()
    world.deliver(second := second_device(world))

    world.deliver(first, first)
    world.redeliver(first)

    assert statuses(world, first, second) == ["INACTIVE", "ACTIVE"]


def test_what_a_dead_certificate_was_to_replace_is_replaced_by_the_next(world: World) -> None:
    first = world.registered_device()
    second, third = second_device(world), second_device(world, "21")
    world.function.dies_at(REPLACEMENT.index("UpdateCertificate"), "before")
    with pytest.raises(Killed):
        world.deliver(second)
    world.function.recovers()
    world.deactivate(second)
    world.now += LATER

    world.deliver(third)

    assert statuses(world, first, third) == ["INACTIVE", "ACTIVE"]
    assert world.status(second) != "ACTIVE"


@pytest.mark.parametrize(("position", "moment"), DEATHS)
def test_a_replacement_that_died_anywhere_is_completed_and_one_is_always_active(
    world: World, position: int, moment: str
) -> None:
    first, second = world.registered_device(), second_device(world)
    world.function.dies_at(position, moment)
    with pytest.raises(Killed):
        world.deliver(second)
    world.function.recovers()
    assert "ACTIVE" in statuses(world, first, second)

    failed = world.redeliver(second)

    assert failed == []
    assert statuses(world, first, second) == ["INACTIVE", "ACTIVE"]
    assert (world.record(first).state, world.record(second).state) == (State.REPLACED, State.REGISTERED)


@pytest.mark.parametrize("first_steps", STEPS)
@pytest.mark.parametrize("rule", [REFUSE, REPLACE])
def test_of_two_certificates_that_race_for_a_thing_one_is_active(
    world: World, rule: SecondCertificate, first_steps: int
) -> None:
    world.rule = rule
    for second_steps in steps_after(first_steps, STEPS):
        thing = f"pump-{second_steps}"
        one, other = world.issued_device(thing), world.issued_device(thing, serial="20")
        stopped = race(world, (one, first_steps), (other, second_steps))
        for device in (one, other, one):
            assert world.redeliver(device) == []

        assert statuses(world, one, other).count("ACTIVE") == 1
        if not stopped:
            break
        world.forget_records()


@pytest.mark.parametrize("first_steps", STEPS)
def test_kept_both_even_if_they_race(world: World, first_steps: int) -> None:
    world.rule = KEEP_BOTH
    one, other = world.issued_device(), second_device(world)
    world.function.before_call = stop_before_call
    runs = Stepped(lambda: world.deliver(one)), Stepped(lambda: world.deliver(other))
    runs[0].advance(first_steps)
    for run in reversed(runs):
        run.finish()
    world.function.recovers()
    for device in (one, other):
        world.redeliver(device)

    assert statuses(world, one, other) == ["ACTIVE", "ACTIVE"]
