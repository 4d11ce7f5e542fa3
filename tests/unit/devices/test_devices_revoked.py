"""A device that is put out: at once, for good or for a while, and no event brings it back."""

import pytest

from jitr.devices.switching_off import DEACTIVATE, REVOKE, Out
from jitr.failure import FailureError
from records.state import State
from tests.unit.devices.operator_desk import Operator, outside
from tests.unit.registration.boundary import clients
from tests.unit.registration.world import POLICY, TABLE, Device, World

REVOKED = {"status": "REVOKED", "record": State.REVOKED, "policies": [], "things": []}


def test_a_revoked_device_is_out_and_has_nothing(world: World, operator: Operator) -> None:
    device = world.registered_device()

    done = operator.revoke(device)

    assert outside(world, device) == REVOKED
    assert operator.connections.ended == ["pump-1"]
    assert done == [
        "AWS IoT: ACTIVE -> REVOKED",
        "record: revoked",
        f"policy {POLICY} detached",
        "thing pump-1 detached",
        "connection ended",
    ]


def test_the_record_of_a_revoked_device_says_why(world: World, operator: Operator) -> None:
    device = world.registered_device()

    operator.revoke(device)

    assert world.record(device).reason == "by a test"


def test_a_deactivated_device_is_out_and_keeps_what_it_has(world: World, operator: Operator) -> None:
    device = world.registered_device()

    operator.deactivate(device)

    assert outside(world, device) == {
        "status": "INACTIVE",
        "record": State.DEACTIVATED,
        "policies": [POLICY],
        "things": ["pump-1"],
    }
    assert operator.connections.ended == ["pump-1"]


@pytest.mark.parametrize("out", [REVOKE, DEACTIVATE], ids=["revoke", "deactivate"])
def test_events_that_come_late_or_twice_bring_no_device_back(
    world: World, operator: Operator, out: Out
) -> None:
    device = world.registered_device()
    operator.put_out(device, out)

    world.deliver(device, device)
    world.redeliver(device)

    assert world.status(device) == out.status
    assert world.record(device).state is out.state


@pytest.mark.parametrize("out", [REVOKE, DEACTIVATE], ids=["revoke", "deactivate"])
def test_a_device_that_waits_never_comes_in(world: World, operator: Operator, out: Out) -> None:
    device = world.issued_device()
    operator.put_out(device, out)

    world.deliver(device)

    assert world.function.statuses == [out.status]
    assert world.record(device).state is out.state


def test_where_the_device_may_be_in_aws_comes_first(world: World, operator: Operator) -> None:
    device = world.registered_device()
    world.function.calls.clear()

    operator.revoke(device)

    assert world.function.changes[:2] == ["UpdateCertificate", "UpdateItem"]


def test_where_a_registration_may_be_under_way_the_record_comes_first(
    world: World, operator: Operator
) -> None:
    device = world.issued_device()

    operator.revoke(device)

    assert world.function.changes[:2] == ["UpdateItem", "UpdateCertificate"]


@pytest.mark.parametrize("state", [State.DEACTIVATED, State.REPLACED, State.REFUSED])
def test_what_is_out_already_may_be_revoked(world: World, operator: Operator, state: State) -> None:
    device = world.issued_device()
    world.records.move(device.certificate_id, to=state, expected={State.ISSUED})

    operator.revoke(device)

    assert outside(world, device) == REVOKED


@pytest.mark.parametrize("state", [State.REVOKED, State.REPLACED, State.REFUSED])
def test_deactivation_softens_no_other_tombstone(world: World, operator: Operator, state: State) -> None:
    device = world.issued_device()
    world.records.move(device.certificate_id, to=state, expected={State.ISSUED})
    world.switch_by_hand(device, "REVOKED")

    operator.deactivate(device)

    assert (world.status(device), world.record(device).state) == ("REVOKED", state)


def test_what_was_replaced_is_revoked_without_a_word_to_its_successor(
    world: World, operator: Operator
) -> None:
    first = world.registered_device()
    second = world.issued_device(serial="2f")
    world.deliver(second)

    operator.revoke(first)

    assert operator.connections.ended == []
    assert (world.status(first), world.status(second)) == ("REVOKED", "ACTIVE")


def test_a_certificate_without_a_record_is_revoked_at_aws(world: World, operator: Operator) -> None:
    stranger = world.unissued_device()

    done = operator.revoke(stranger)

    assert world.status(stranger) == "REVOKED"
    assert done == ["AWS IoT: PENDING_ACTIVATION -> REVOKED"]


def test_a_record_that_cannot_be_read_keeps_no_device_in(world: World, operator: Operator) -> None:
    device = world.registered_device()
    spoil(device)

    operator.revoke(device)

    assert world.status(device) == "REVOKED"
    assert state_of(device) == "revoked"


def test_a_certificate_that_aws_has_not_seen_is_kept_out_by_its_record(
    world: World, operator: Operator
) -> None:
    device = world.issued_device()
    clients().iot.delete_certificate(certificateId=device.certificate_id, forceDelete=True)

    done = operator.revoke(device)

    assert done == ["AWS IoT has not seen it yet", "record: revoked"]
    assert world.record(device).state is State.REVOKED


def test_a_certificate_that_nobody_knows_is_a_failure(operator: Operator) -> None:
    with pytest.raises(FailureError, match="neither AWS IoT nor the issuance records"):
        operator.revoke(Device("e" * 64, "nothing"))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ResourceNotFoundException", "was not connected"),
        ("ForbiddenException", "connection not ended (these credentials lack iot:DeleteConnection)"),
        ("InvalidRequestException", "connection not ended (DeleteConnection is not offered here)"),
        ("InternalFailureException", "connection not ended (DeleteConnection: made up"),
    ],
)
def test_a_connection_that_is_not_ended_is_said_and_no_failure(
    world: World, operator: Operator, code: str, said: str
) -> None:
    device = world.registered_device()
    operator.connections.error = code

    done = operator.revoke(device)

    assert said in done[-1]
    assert world.status(device) == "REVOKED"


def spoil(device: Device) -> None:
    """Make a record one that cannot be read."""
    clients().dynamodb.update_item(
        TableName=TABLE,
        Key={"id": {"S": device.certificate_id}},
        UpdateExpression="REMOVE serial",
    )


def state_of(device: Device) -> str:
    """The state in an item that may be no record."""
    item = clients().dynamodb.get_item(TableName=TABLE, Key={"id": {"S": device.certificate_id}})["Item"]
    return item["state"]["S"]
