"""What is ACTIVE at AWS IoT past its record goes off before anything of its thing is let in."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from botocore.exceptions import ClientError

from contract import SecondCertificate
from jitr.failure import FailureError
from records.state import State
from tests.unit.devices.operator_desk import IN, Operator, replaced_pair, standing
from tests.unit.registration.boundary import Call, Killed, clients
from tests.unit.registration.world import Device, World, arn, calls_of_a_registration

SET_ACTIVE = calls_of_a_registration().index("UpdateCertificate")
MOST_CALLS = 12
"""Calls of an activation, and a few more."""


def test_one_that_is_active_past_its_record_goes_off_before_it_comes_in_again(
    world: World, operator: Operator
) -> None:
    device = active_past_its_record(world, operator)
    world.function.calls.clear()

    done = operator.activate(device)

    assert world.function.statuses == ["INACTIVE", "ACTIVE"]
    assert done == [
        "AWS IoT: ACTIVE -> INACTIVE first (its record: deactivated)",
        "connection ended",
        "record: deactivated -> issued",
        "registered: ACTIVE, thing pump-1",
    ]
    assert standing(world, device) == IN


def test_until_a_registration_has_judged_it_it_is_out(world: World, operator: Operator) -> None:
    device = active_past_its_record(world, operator)

    operator.letting_in(patience=0).activate(device.certificate_id)

    assert standing(world, device) == ("INACTIVE", State.ISSUED)


def test_one_that_the_registration_refuses_stays_out(world: World, operator: Operator) -> None:
    clients().iot.create_thing(thingName="pump-1", attributePayload={"attributes": {"owner": "somebody"}})
    device = world.issued_device()
    world.deliver(device)
    world.switch_by_hand(device, "ACTIVE")

    with pytest.raises(FailureError, match="did not let it in: refused, thing_of_another"):
        operator.activate(device)
    assert standing(world, device) == ("INACTIVE", State.REFUSED)


def test_one_that_waits_by_its_record_goes_off_as_well(world: World, operator: Operator) -> None:
    device = world.issued_device()
    world.switch_by_hand(device, "ACTIVE")

    operator.letting_in(patience=0).activate(device.certificate_id)

    assert standing(world, device) == ("INACTIVE", State.ISSUED)


def test_where_it_cannot_be_switched_off_nothing_is_asked_for(world: World, operator: Operator) -> None:
    device = active_past_its_record(world, operator)
    world.function.fails_at("UpdateCertificate", "ThrottlingException")

    with pytest.raises(ClientError):
        operator.activate(device)

    assert standing(world, device) == ("ACTIVE", State.DEACTIVATED)
    assert operator.queue.sent == []


def test_where_it_is_too_early_it_is_off_all_the_same(world: World, operator: Operator) -> None:
    device = world.issued_device()
    world.function.dies_at(SET_ACTIVE, "after")
    with pytest.raises(Killed):
        world.deliver(device)
    world.function.recovers()
    operator.deactivate(device)
    world.switch_by_hand(device, "ACTIVE")

    with pytest.raises(FailureError, match=r"ACTIVE -> INACTIVE first .*; a registration of it may"):
        operator.activate(device)
    assert standing(world, device) == ("INACTIVE", State.DEACTIVATED)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("position", range(MOST_CALLS))
def test_a_stop_anywhere_leaves_nothing_active_that_was_asked_for(
    world: World, operator: Operator, position: int, moment: str
) -> None:
    device = active_past_its_record(world, operator)
    world.function.calls.clear()
    world.function.dies_at(position, moment)

    with suppress(Killed):
        operator.letting_in(patience=0).activate(device.certificate_id)

    world.function.recovers()
    assert standing(world, device) in {
        ("ACTIVE", State.DEACTIVATED),
        ("INACTIVE", State.DEACTIVATED),
        ("INACTIVE", State.ISSUED),
    }
    operator.activate(device)
    assert standing(world, device) == IN


def test_one_that_a_colleague_revokes_meanwhile_is_not_asked_for(world: World, operator: Operator) -> None:
    device = active_past_its_record(world, operator)
    world.function.before_call = before_it_goes_off(lambda: revoked_by_a_colleague(world, operator, device))

    with pytest.raises(FailureError, match="changed just now"):
        operator.activate(device)

    world.redeliver(device)
    assert world.record(device).state is State.REVOKED
    assert world.status(device) != "ACTIVE"


@pytest.mark.parametrize("rule", list(SecondCertificate))
def test_another_of_the_thing_that_is_active_past_its_record_goes_off(
    world: World, operator: Operator, rule: SecondCertificate
) -> None:
    first, second = replaced_pair(world)
    operator.obey(rule)
    world.switch_by_hand(first, "ACTIVE")
    operator.deactivate(second)

    done = operator.activate(second)

    assert standing(world, first) == ("INACTIVE", State.REPLACED)
    assert standing(world, second) == IN
    assert done[0] == (
        f"certificate {first.certificate_id[:12]}…: ACTIVE -> INACTIVE first (its record: replaced)"
    )


@pytest.mark.parametrize("rule", list(SecondCertificate))
def test_the_one_that_has_the_thing_goes_off_if_its_record_does_not_say_that_it_is_in(
    world: World, operator: Operator, rule: SecondCertificate
) -> None:
    operator.obey(rule)
    first = active_past_its_record(world, operator)
    second = world.issued_device(serial="2f")
    world.function.calls.clear()

    operator.replace(second)

    assert world.function.statuses[:2] == ["INACTIVE", "ACTIVE"]
    assert standing(world, first) == ("INACTIVE", State.DEACTIVATED)
    assert standing(world, second) == IN


def test_one_that_was_never_recorded_as_the_things_but_is_attached_goes_off(
    world: World, operator: Operator
) -> None:
    device = world.registered_device()
    other = world.issued_device(serial="2f")
    clients().iot.attach_thing_principal(thingName="pump-1", principal=arn(other))
    world.switch_by_hand(other, "ACTIVE")
    operator.deactivate(device)

    operator.activate(device)

    assert standing(world, other) == ("INACTIVE", State.ISSUED)


def test_a_revocation_that_did_not_get_so_far_is_brought_to_its_end(world: World, operator: Operator) -> None:
    first, second = replaced_pair(world)
    world.records.move(first.certificate_id, to=State.REVOKED, expected={State.REPLACED})
    world.switch_by_hand(first, "ACTIVE")
    operator.deactivate(second)

    operator.activate(second)

    assert standing(world, first) == ("REVOKED", State.REVOKED)


def test_another_that_is_in_by_its_record_stays_in(world: World, operator: Operator) -> None:
    operator.obey(SecondCertificate.KEEP_BOTH)
    first = world.registered_device()
    second = world.issued_device(serial="2f")
    world.deliver(second)
    operator.deactivate(second)
    world.function.calls.clear()

    operator.activate(second)

    assert world.function.statuses == ["ACTIVE"]
    assert (standing(world, first), standing(world, second)) == (IN, IN)


def test_another_without_a_record_is_left_alone_and_named(world: World, operator: Operator) -> None:
    device, stranger = world.registered_device(), world.unissued_device()
    clients().iot.attach_thing_principal(thingName="pump-1", principal=arn(stranger))
    world.switch_by_hand(stranger, "ACTIVE")
    operator.deactivate(device)

    done = operator.activate(device)

    assert world.status(stranger) == "ACTIVE"
    assert done[0] == (
        f"certificate {stranger.certificate_id[:12]}… is ACTIVE without a record, and is left alone"
    )


def test_under_keep_both_one_that_is_in_is_not_thrown_out_to_be_let_in(
    world: World, operator: Operator
) -> None:
    operator.obey(SecondCertificate.KEEP_BOTH)
    first = world.registered_device()
    second = world.issued_device(serial="2f")
    world.deliver(second)
    world.function.calls.clear()

    done = operator.replace(first)

    assert done[0] == "is active already"
    assert world.function.statuses == []


def test_one_that_is_in_beside_the_holder_is_judged_again_from_outside(
    world: World, operator: Operator
) -> None:
    operator.obey(SecondCertificate.KEEP_BOTH)
    first = world.registered_device()
    second = world.issued_device(serial="2f")
    world.deliver(second)
    operator.obey(SecondCertificate.REPLACE)
    world.function.calls.clear()

    operator.replace(first)

    assert world.function.statuses == ["INACTIVE", "ACTIVE", "INACTIVE"]
    assert (standing(world, first), standing(world, second)) == (IN, ("INACTIVE", State.REPLACED))


def active_past_its_record(world: World, operator: Operator) -> Device:
    """A device that was deactivated, and that somebody set ACTIVE in the console."""
    device = world.registered_device()
    operator.deactivate(device)
    operator.connections.ended.clear()
    world.switch_by_hand(device, "ACTIVE")
    return device


def before_it_goes_off(happening: Callable[[], None]) -> Callable[[Call], None]:
    """Let something happen just before a certificate's status is changed."""

    def before(call: Call) -> None:
        if call.operation == "UpdateCertificate":
            happening()

    return before


def revoked_by_a_colleague(world: World, operator: Operator, device: Device) -> None:
    """A revocation, which nothing befalls."""
    world.function.recovers()
    operator.revoke(device)
