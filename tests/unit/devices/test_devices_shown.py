"""One device in one view: its record, its certificate, its thing, and the thing's other certificates."""

import pytest

from jitr.devices.named import named
from jitr.devices.portrait import portrait
from jitr.failure import FailureError
from tests.unit.devices.operator_desk import Operator
from tests.unit.registration.boundary import clients
from tests.unit.registration.world import POLICY, World


def test_a_device_that_is_in(world: World, operator: Operator) -> None:
    device = world.registered_device()

    fields = portrait(operator.desk(), named("pump-1")).fields()

    assert fields["certificate_id"] == device.certificate_id
    assert fields["record"]["state"] == "registered"  # type: ignore[index]  # a record there is
    assert fields["aws"]["status"] == "ACTIVE"  # type: ignore[index]
    assert (fields["policies"], fields["things"]) == ([POLICY], ["pump-1"])
    assert fields["thing"]["name"] == "pump-1"  # type: ignore[index]


def test_one_that_aws_has_not_seen(world: World, operator: Operator) -> None:
    device = world.issued_device()
    clients().iot.delete_certificate(certificateId=device.certificate_id, forceDelete=True)

    shown = portrait(operator.desk(), named(device.certificate_id)).shown()

    assert shown["AWS IoT"] == "has not seen it"
    assert shown["thing at AWS IoT"] == "is not there"


def test_one_without_a_record(world: World, operator: Operator) -> None:
    stranger = world.unissued_device()

    shown = portrait(operator.desk(), named(stranger.certificate_id)).shown()

    assert shown["record"] == "none: nothing lets it in"
    assert shown["AWS IoT"] == "PENDING_ACTIVATION"


def test_the_others_that_had_the_thing(world: World, operator: Operator) -> None:
    first = world.registered_device()
    second = world.issued_device(serial="2f")
    world.deliver(second)

    found = portrait(operator.desk(), named("pump-1"))

    assert found.certificate_id == second.certificate_id
    assert found.others == {first.certificate_id: "replaced"}


def test_one_that_nobody_knows_is_a_failure(operator: Operator) -> None:
    with pytest.raises(FailureError, match="neither AWS IoT nor the issuance records"):
        portrait(operator.desk(), named("e" * 64))
