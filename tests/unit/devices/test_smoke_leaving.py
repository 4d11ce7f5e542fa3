"""A device that came for a smoke test goes again, with what was made for it and nothing else."""

import re

import pytest

from jitr.failure import FailureError
from jitr.smoke.leaving import Leaving
from jitr.smoke.visitor import refuse_what_is_there
from records.state import State
from tests.unit.devices.operator_desk import Operator
from tests.unit.registration.boundary import clients
from tests.unit.registration.world import Device, World


def leaving(operator: Operator, device: Device, *, own_thing: bool = True) -> Leaving:
    return Leaving(operator.desk(), device.certificate_id, device.thing_name, own_thing)


def things() -> list[str]:
    return [thing["thingName"] for thing in clients().iot.list_things()["things"]]


def certificates() -> list[str]:
    return [each["certificateId"] for each in clients().iot.list_certificates()["certificates"]]


def test_its_certificate_and_its_thing_go_and_its_record_stays_revoked(
    world: World, operator: Operator
) -> None:
    device = world.registered_device()

    done = leaving(operator, device).leave()

    assert (things(), certificates()) == ([], [])
    assert (world.record(device).state, world.record(device).reason) == (State.REVOKED, "by jitr smoke")
    assert done[-2:] == [f"thing {device.thing_name} deleted", "certificate deleted"]


def test_one_that_was_never_let_in_goes_as_well(world: World, operator: Operator) -> None:
    device = world.issued_device()

    leaving(operator, device).leave()

    assert (certificates(), world.record(device).state) == ([], State.REVOKED)


def test_going_twice_does_no_harm(world: World, operator: Operator) -> None:
    device = world.registered_device()
    leaving(operator, device).leave()

    assert leaving(operator, device).leave() == ["AWS IoT has not seen it yet"]


def test_a_thing_that_was_there_before_stays(world: World, operator: Operator) -> None:
    device = world.registered_device()

    leaving(operator, device, own_thing=False).leave()

    assert (things(), certificates()) == ([device.thing_name], [])


def test_a_thing_that_is_there_is_not_given_to_the_device(world: World, operator: Operator) -> None:
    device = world.registered_device()

    with pytest.raises(FailureError, match=f"thing {device.thing_name} is there already"):
        refuse_what_is_there(operator.desk(), device.thing_name)


def test_what_cannot_be_taken_back_is_named_with_the_command_that_does_it(
    world: World, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = world.registered_device()
    monkeypatch.setattr("jitr.smoke.leaving.SPREADING", 0)
    monkeypatch.setattr(Leaving, "revoke", lambda _self: [])  # so it is attached to its thing, and ACTIVE

    with pytest.raises(FailureError) as failed:
        leaving(operator, device).leave()

    assert re.search(f"certificate {device.certificate_id} or thing .* is left", str(failed.value))
    assert f"`jitr device revoke -e local {device.certificate_id}`" in str(failed.value)
