"""What is ACTIVE past its record goes off also where nothing is let in: it is refused, or in already."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from contract import SecondCertificate
from jitr.failure import FailureError
from records.state import State
from tests.unit.devices.operator_desk import IN, Operator, replaced_pair, standing
from tests.unit.registration.boundary import clients
from tests.unit.registration.world import Device, World, arn


@pytest.mark.parametrize("ask", [Operator.activate, Operator.replace])
def test_beside_one_that_is_in_already_another_goes_off(
    world: World, operator: Operator, ask: Callable[[Operator, Device], list[str]]
) -> None:
    first, second = replaced_pair(world)
    world.switch_by_hand(first, "ACTIVE")

    done = ask(operator, second)

    assert done == [
        f"certificate {first.certificate_id[:12]}…: ACTIVE -> INACTIVE first (its record: replaced)",
        "connection ended",
        "is active already",
    ]
    assert (standing(world, first), standing(world, second)) == (("INACTIVE", State.REPLACED), IN)


def test_one_whose_thing_has_another_certificate_goes_off(world: World, operator: Operator) -> None:
    first, second = replaced_pair(world)
    world.switch_by_hand(first, "ACTIVE")

    with pytest.raises(FailureError, match=r"ACTIVE -> INACTIVE first .*; thing pump-1 has certificate"):
        operator.activate(first)
    assert (standing(world, first), standing(world, second)) == (("INACTIVE", State.REPLACED), IN)


@pytest.mark.parametrize("ask", [Operator.activate, Operator.replace])
def test_one_that_is_revoked_is_revoked_again(
    world: World, operator: Operator, ask: Callable[[Operator, Device], list[str]]
) -> None:
    device = world.registered_device()
    operator.revoke(device)
    world.switch_by_hand(device, "ACTIVE")

    with pytest.raises(FailureError, match=r"ACTIVE -> REVOKED first .*; it is revoked, which is final"):
        ask(operator, device)
    assert standing(world, device) == ("REVOKED", State.REVOKED)


def test_one_that_is_to_replace_another_and_has_expired_goes_off(world: World, operator: Operator) -> None:
    first, second = replaced_pair(world)
    world.switch_by_hand(first, "ACTIVE")
    world.now += timedelta(days=366)

    with pytest.raises(FailureError, match=r"ACTIVE -> INACTIVE first .*; it expired at 2031-01-01"):
        operator.replace(first)
    assert (standing(world, first), standing(world, second)) == (("INACTIVE", State.REPLACED), IN)


def test_one_that_is_refused_and_in_by_its_record_stays_in(world: World, operator: Operator) -> None:
    operator.obey(SecondCertificate.KEEP_BOTH)
    first = world.registered_device()
    world.deliver(world.issued_device(serial="2f"))
    clients().iot.create_thing(thingName="pump-2")
    clients().iot.attach_thing_principal(thingName="pump-2", principal=arn(first))

    with pytest.raises(FailureError, match=r"^it is attached to pump-2"):
        operator.replace(first)
    assert standing(world, first) == IN
