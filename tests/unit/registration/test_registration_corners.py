"""Corners that a review found: nobody is left out, left in, or let in by the wrong way."""

import json
from dataclasses import replace

import pytest

from contract import SecondCertificate
from records.state import State
from tests.unit.registration.boundary import Call, Killed, clients
from tests.unit.registration.conftest import Lines
from tests.unit.registration.stepped import race, steps_after
from tests.unit.registration.world import LATER, OTHER_AUTHORITY, POLICY, World


def fail_once(world: World, operation: str) -> None:
    """Let one call be throttled."""
    remaining = iter([True])

    def fail(call: Call) -> None:
        if call.operation == operation and next(remaining, False):
            world.function.fails_at(operation, "ThrottlingException")
            try:
                world.function.before_call(call)
            finally:
                world.function.recovers()

    world.function.before_call = fail


@pytest.mark.parametrize("first_steps", range(10))
def test_two_certificates_that_came_back_together_do_not_switch_each_other_off(
    world: World, first_steps: int
) -> None:
    for second_steps in steps_after(first_steps, range(12)):
        thing = f"pump-{second_steps}"
        one, other = world.issued_device(thing), world.issued_device(thing, serial="20")
        fail_once(world, "AttachPolicy")
        world.deliver(other)
        world.function.loses_the_answer_of("UpdateCertificate")
        world.deliver(one)
        world.function.recovers()
        world.now += LATER
        stopped = race(world, (one, first_steps), (other, second_steps))
        for device in (one, other, one):
            world.redeliver(device)

        assert [world.status(one), world.status(other)].count("ACTIVE") == 1
        if not stopped:
            break
        world.forget_records()


@pytest.mark.parametrize("rule", SecondCertificate)
def test_a_device_that_was_issued_anew_gets_its_thing_even_at_the_second_try(
    world: World, rule: SecondCertificate
) -> None:
    world.rule = rule
    first = world.issued_device("pump-1", attributes={"serial": "1f"})
    world.deliver(first)
    world.deactivate(first)
    second = world.issued_device("pump-1", serial="20", attributes={"serial": "20"})
    fail_once(world, "AttachPolicy")
    world.deliver(second)
    world.function.recovers()

    world.redeliver(second)

    assert world.status(second) == "ACTIVE"


def test_a_thing_that_a_certificate_made_which_came_to_nothing_is_ours(world: World) -> None:
    first = world.issued_device("pump-1", attributes={"serial": "1f"})
    fail_once(world, "AttachPolicy")
    world.deliver(first)
    world.function.recovers()

    world.deliver(second := world.issued_device("pump-1", serial="20", attributes={"serial": "20"}))

    assert world.status(second) == "ACTIVE"


def test_another_s_thing_does_not_become_ours_by_a_certificate_that_was_refused_for_it(world: World) -> None:
    clients().iot.create_thing(thingName="pump-1", attributePayload={"attributes": {"owner": "another"}})
    world.deliver(world.issued_device("pump-1"))

    world.deliver(second := world.issued_device("pump-1", serial="20"))

    assert world.record(second).state is State.REFUSED


def test_a_replaced_certificate_goes_off_though_its_successor_was_deactivated_first(world: World) -> None:
    first, second = world.registered_device(), world.issued_device("pump-1", serial="20")
    world.function.before_call = die_before_switching_off
    with pytest.raises(Killed):
        world.deliver(second)
    world.function.recovers()
    assert world.record(first).state is State.REPLACED
    assert world.status(first) == "ACTIVE"
    world.deactivate(second)

    world.redeliver(second)

    assert (world.status(first), world.status(second)) == ("INACTIVE", "INACTIVE")


def die_before_switching_off(call: Call) -> None:
    """Die when the certificate that is replaced is about to be switched off."""
    if call.sets == "INACTIVE":
        raise Killed


def test_an_error_that_passes_is_no_reason_for_a_tombstone(world: World, lines: Lines) -> None:
    device = world.issued_device()
    world.function.fails_at("UpdateCertificate", "ResourceNotFoundException")

    assert world.deliver(device) == ["message-0"]
    assert [line["Reason"] for line in lines()] == ["unexpected_status"]

    world.function.recovers()
    world.redeliver(device)
    assert world.status(device) == "ACTIVE"


@pytest.mark.parametrize("status", ["ACTIVE", "INACTIVE", "REVOKED"])
def test_an_event_switches_off_nothing_but_what_waits(world: World, status: str) -> None:
    another_s = world.unissued_device()
    world.switch_by_hand(another_s, status)

    world.deliver(another_s)

    assert world.status(another_s) == status


def test_an_event_that_names_the_wrong_ca_keeps_no_genuine_device_out(world: World, lines: Lines) -> None:
    world.settings = replace(world.settings, authorities=world.settings.authorities | {OTHER_AUTHORITY})
    device = world.issued_device()

    world.deliver_bodies(json.dumps(device.event | {"caCertificateId": OTHER_AUTHORITY}))
    assert [line["Reason"] for line in lines()] == ["wrong_ca"]

    world.deliver(device)
    assert world.status(device) == "ACTIVE"


def test_a_certificate_that_somebody_activated_early_gets_thing_and_policy(world: World) -> None:
    device = world.issued_device("pump-1")
    world.function.dies_at(1, "before")
    with pytest.raises(Killed):
        world.deliver(device)
    world.function.recovers()
    world.switch_by_hand(device, "ACTIVE")

    world.redeliver(device)

    assert (world.things(device), world.policies(device)) == (["pump-1"], [POLICY])
    assert world.record(device).state is State.REGISTERED


def test_a_tombstone_with_a_claim_costs_a_turn_once(world: World) -> None:
    device = world.issued_device()
    world.function.dies_at(4, "before")
    with pytest.raises(Killed):
        world.deliver(device)
    world.function.recovers()
    world.deactivate(device)
    world.redeliver(device)
    world.function.calls.clear()

    for _ in range(5):
        world.redeliver(device)

    assert world.function.statuses == []


def test_an_older_certificate_does_not_take_the_thing_from_a_newer_one(world: World) -> None:
    older = world.issued_device("pump-1")
    world.now += LATER
    newer = world.issued_device("pump-1", serial="20")
    world.deliver(newer)

    world.deliver(older)

    assert (world.status(older), world.status(newer)) == ("INACTIVE", "ACTIVE")
    assert world.record(older).state is State.REFUSED
