"""A certificate that an operator names takes the thing of another, whatever the rule is."""

import pytest

from contract import SecondCertificate
from jitr.failure import FailureError
from records.state import State
from tests.unit.devices.operator_desk import IN, Operator, replaced_pair, standing
from tests.unit.registration.world import Device, World


@pytest.mark.parametrize("rule", [SecondCertificate.REFUSE, SecondCertificate.REPLACE])
def test_a_certificate_that_an_operator_names_replaces_the_other(
    world: World, operator: Operator, rule: SecondCertificate
) -> None:
    operator.obey(rule)
    first = world.registered_device()
    second = world.issued_device(serial="2f")

    operator.replace(second)

    assert standing(world, second) == IN
    assert standing(world, first) == ("INACTIVE", State.REPLACED)


def test_one_that_was_refused_as_the_second_replaces_the_first(world: World, operator: Operator) -> None:
    operator.obey(SecondCertificate.REFUSE)
    first = world.registered_device()
    second = world.issued_device(serial="2f")
    world.deliver(second)
    assert world.record(second).state is State.REFUSED

    operator.replace(second)

    assert (world.status(first), world.status(second)) == ("INACTIVE", "ACTIVE")


def test_the_first_stays_in_until_the_other_is_active(world: World, operator: Operator) -> None:
    first = world.registered_device()
    second = world.issued_device(serial="2f")
    world.function.calls.clear()

    operator.replace(second)

    assert world.function.statuses == ["ACTIVE", "INACTIVE"]
    assert world.status(first) == "INACTIVE"


def test_an_older_certificate_replaces_a_newer_one_if_it_is_named(world: World, operator: Operator) -> None:
    first, second = replaced_pair(world)

    operator.replace(first)

    assert standing(world, first) == IN
    assert standing(world, second) == ("INACTIVE", State.REPLACED)


def test_under_keep_both_the_other_stays_in(world: World, operator: Operator) -> None:
    operator.obey(SecondCertificate.KEEP_BOTH)
    first = world.registered_device()
    second = world.issued_device(serial="2f")

    done = operator.replace(second)

    assert (world.status(first), world.status(second)) == ("ACTIVE", "ACTIVE")
    assert done[-1] == f"certificate {first.certificate_id[:12]}… stays in beside it (keep_both)"


def test_the_word_holds_for_the_named_pair_alone(world: World, operator: Operator) -> None:
    operator.obey(SecondCertificate.REFUSE)
    first = world.registered_device()
    named, quicker = world.issued_device(serial="2f"), world.issued_device(serial="3f")
    unseen(operator, named)
    operator.deactivate(first)
    world.deliver(quicker)

    world.deliver(named)

    assert world.status(quicker) == "ACTIVE"
    assert (
        world.record(named).reason
        == f"second_certificate: Thing pump-1 has certificate {quicker.certificate_id}."
    )


def test_a_certificate_of_another_thing_replaces_nothing(world: World, operator: Operator) -> None:
    world.registered_device()
    other = world.issued_device("pump-2")

    with pytest.raises(FailureError, match="is of thing pump-2"):
        operator.letting_in().replace("pump-1", other.certificate_id)


def unseen(operator: Operator, device: Device) -> None:
    """Name a certificate as the next one, while the function does not run."""
    operator.letting_in(patience=0).replace(device.thing_name, device.certificate_id)
    operator.queue.sent.clear()
