"""What one delivery of an event does."""

import pytest

from records.state import State
from tests.unit.registration.boundary import clients
from tests.unit.registration.conftest import Lines
from tests.unit.registration.world import (
    AUTHORITY,
    OTHER_AUTHORITY,
    POLICY,
    TABLE,
    World,
    arn,
)


def test_an_issued_device_gets_its_thing_its_policy_and_is_let_in(world: World) -> None:
    device = world.issued_device("pump-1")

    failed = world.deliver(device)

    assert failed == []
    assert world.things(device) == ["pump-1"]
    assert world.policies(device) == [POLICY]
    assert world.status(device) == "ACTIVE"
    assert world.record(device).state is State.REGISTERED


def test_active_comes_after_everything_that_can_fail_and_is_claimed_first(world: World) -> None:
    world.deliver(world.issued_device())

    assert world.function.operations == [
        "UpdateItem",
        "CreateThing",
        "AttachThingPrincipal",
        "AttachPolicy",
        "UpdateCertificate",
        "UpdateItem",
    ]


def test_the_certificate_is_bound_to_its_thing_alone(world: World) -> None:
    device = world.issued_device("pump-1")

    world.deliver(device)

    assert world.function.calls[2].parameters == {
        "thingName": "pump-1",
        "principal": arn(device),
        "thingPrincipalType": "EXCLUSIVE_THING",
    }


def test_a_registered_device_costs_one_call_that_changes_nothing(world: World) -> None:
    device = world.registered_device()
    world.function.calls.clear()

    failed = world.deliver(device)

    assert failed == []
    assert world.function.operations == ["UpdateItem"]


def test_a_certificate_without_a_record_is_switched_off(world: World, lines: Lines) -> None:
    device = world.unissued_device()

    failed = world.deliver(device)

    assert failed == []
    assert world.status(device) == "INACTIVE"
    assert world.function.operations == ["UpdateItem", "DescribeCertificate", "UpdateCertificate"]
    assert [(line["Outcome"], line["Reason"]) for line in lines()] == [("refused", "unissued")]


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "CertificateStateException"])
def test_an_unissued_certificate_that_is_gone_or_revoked_is_off_already(world: World, code: str) -> None:
    device = world.unissued_device()
    world.function.fails_at("UpdateCertificate", code)

    assert world.deliver(device) == []


def test_a_refusal_that_was_throttled_leaves_the_certificate_pending_and_does_not_come_again(
    world: World, lines: Lines
) -> None:
    device = world.unissued_device()
    world.function.fails_at("UpdateCertificate", "ThrottlingException")

    assert world.deliver(device) == []
    assert world.status(device) == "PENDING_ACTIVATION"
    (line,) = lines()
    assert (line["Outcome"], line["Reason"], line["certificate"]) == ("refused", "unissued", "left_pending")


def test_an_event_from_another_ca_than_the_issuer_is_refused_for_good(world: World, lines: Lines) -> None:
    device = world.issued_device(issuer=OTHER_AUTHORITY)

    failed = world.deliver(device)

    assert failed == []
    assert world.status(device) == "INACTIVE"
    assert world.record(device).state is State.REFUSED
    assert str(world.record(device).reason).startswith("wrong_ca: ")
    assert [(line["Outcome"], line["Reason"]) for line in lines()] == [("refused", "wrong_ca")]


@pytest.mark.parametrize("tombstone", [State.REFUSED, State.REVOKED, State.DEACTIVATED, State.REPLACED])
def test_a_tombstone_is_left_alone_and_names_the_reason(world: World, lines: Lines, tombstone: State) -> None:
    device = world.issued_device()
    world.records.move(device.certificate_id, to=tombstone, expected={State.ISSUED})

    failed = world.deliver(device)

    assert failed == []
    assert world.function.operations == ["UpdateItem"]
    assert [(line["Outcome"], line["Reason"]) for line in lines()] == [("refused", tombstone.value)]


def test_a_line_names_device_certificate_authority_and_message(world: World, lines: Lines) -> None:
    device = world.issued_device("pump-1")

    world.deliver(device)

    (line,) = lines()
    assert line["thing_name"] == "pump-1"
    assert line["certificate_id"] == device.certificate_id
    assert line["ca_certificate_id"] == AUTHORITY
    assert line["message_id"] == "message-0"
    assert line["receive_count"] == 1


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "ServiceUnavailableException", "InternalFailureException"]
)
@pytest.mark.parametrize(
    "operation", ["CreateThing", "AttachThingPrincipal", "AttachPolicy", "UpdateCertificate"]
)
def test_a_call_that_fails_brings_the_message_back_and_the_device_in_later(
    world: World, operation: str, code: str
) -> None:
    device = world.issued_device()
    world.function.fails_at(operation, code)

    assert world.deliver(device) == ["message-0"]
    assert world.status(device) == "PENDING_ACTIVATION"

    world.function.recovers()
    assert world.redeliver(device) == []
    assert world.status(device) == "ACTIVE"


def test_a_record_that_cannot_be_read_lets_nobody_in(world: World, lines: Lines) -> None:
    device = world.issued_device()
    clients().dynamodb.update_item(
        TableName=TABLE,
        Key={"id": {"S": device.certificate_id}},
        UpdateExpression="SET thing_name = :bad",
        ExpressionAttributeValues={":bad": {"S": "../pump"}},
    )

    assert world.deliver(device) == []
    assert world.function.operations == ["UpdateItem"]
    assert [(line["Outcome"], line["Reason"]) for line in lines()] == [("dead", "InvalidRecord")]
    assert [reason for reason, _body in world.queues.buried] == ["InvalidRecord"]
