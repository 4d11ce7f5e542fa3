"""The thing that a record asks for: made as settled, and nobody else's taken."""

import pytest

from records.state import State
from tests.unit.registration.boundary import clients
from tests.unit.registration.conftest import Lines
from tests.unit.registration.world import World, arn

SETTLED = {"thing_type": "zymkey", "attributes": {"serial": "1f"}, "groups": ("fleet", "pumps")}


def groups_and_type() -> None:
    """What the owner made beforehand."""
    clients().iot.create_thing_type(thingTypeName="zymkey")
    for group in ("fleet", "pumps"):
        clients().iot.create_thing_group(thingGroupName=group)


def make_thing(**attributes: str) -> None:
    """Somebody else makes a thing of the device's name."""
    clients().iot.create_thing(thingName="pump-1", attributePayload={"attributes": attributes})


def test_a_thing_is_made_as_the_record_says(world: World) -> None:
    groups_and_type()
    device = world.issued_device("pump-1", **SETTLED)

    world.deliver(device)

    thing = clients().iot.describe_thing(thingName="pump-1")
    found = clients().iot.list_thing_groups_for_thing(thingName="pump-1")["thingGroups"]
    assert (thing["thingTypeName"], thing["attributes"]) == ("zymkey", {"serial": "1f"})
    assert {group["groupName"] for group in found} == {"fleet", "pumps"}
    assert world.status(device) == "ACTIVE"


def test_a_billing_group_is_asked_for_when_the_thing_is_made(world: World) -> None:
    device = world.issued_device("pump-1", billing_group="works")

    world.deliver(device)

    (made,) = [call for call in world.function.calls if call.operation == "CreateThing"]
    assert made.parameters == {"thingName": "pump-1", "billingGroupName": "works"}


def test_no_device_is_active_before_its_thing_is_in_all_its_groups(world: World) -> None:
    groups_and_type()
    device = world.issued_device("pump-1", **SETTLED)
    world.function.fails_at("AddThingToThingGroup", "ThrottlingException")

    assert world.deliver(device) == ["message-0"]
    assert world.status(device) == "PENDING_ACTIVATION"


def test_a_thing_that_is_there_with_other_attributes_is_anothers(world: World, lines: Lines) -> None:
    make_thing(owner="somebody")
    device = world.issued_device("pump-1")

    failed = world.deliver(device)

    (line,) = lines()
    assert failed == []
    assert world.status(device) == "INACTIVE"
    assert world.things(device) == world.policies(device) == []
    assert (line["Outcome"], line["Reason"]) == ("refused", "thing_of_another")
    assert "its attribute owner is 'somebody', not None" in line["problem"]
    assert world.record(device).state is State.REFUSED


def test_a_thing_that_is_there_with_another_type_is_anothers(world: World, lines: Lines) -> None:
    clients().iot.create_thing_type(thingTypeName="valve")
    clients().iot.create_thing(thingName="pump-1", thingTypeName="valve")
    device = world.issued_device("pump-1")

    world.deliver(device)

    assert "its type is valve, not none" in lines()[0]["problem"]


def test_a_thing_that_is_there_as_wanted_is_taken(world: World) -> None:
    make_thing(serial="1f")
    device = world.issued_device("pump-1", attributes={"serial": "1f"})

    world.deliver(device)

    assert world.status(device) == "ACTIVE"


def test_another_thing_is_adopted_where_the_environment_says_so(world: World) -> None:
    make_thing(owner="somebody")
    device = world.issued_device("pump-1", adopt_existing=True)

    world.deliver(device)

    assert world.status(device) == "ACTIVE"
    assert world.things(device) == ["pump-1"]


def test_a_thing_of_ours_that_an_operator_changed_takes_a_new_certificate(world: World) -> None:
    world.registered_device("pump-1")
    clients().iot.update_thing(thingName="pump-1", attributePayload={"attributes": {"hall": "7"}})

    world.deliver(second := world.issued_device("pump-1", serial="20"))

    assert world.status(second) == "ACTIVE"


def test_a_certificate_on_another_thing_is_refused(world: World, lines: Lines) -> None:
    device = world.issued_device("pump-1")
    clients().iot.create_thing(thingName="valve-1")
    clients().iot.attach_thing_principal(thingName="valve-1", principal=arn(device))
    # AWS refuses a second thing for an exclusive principal; moto does not.
    world.function.fails_at("AttachThingPrincipal", "InvalidRequestException")

    failed = world.deliver(device)

    (line,) = lines()
    assert failed == []
    assert (line["Reason"], world.status(device)) == ("certificate_on_another_thing", "INACTIVE")
    assert "valve-1" in line["problem"]


def test_another_invalid_request_is_no_refusal(world: World) -> None:
    device = world.issued_device("pump-1")
    world.function.fails_at("AttachThingPrincipal", "InvalidRequestException")

    assert world.deliver(device) == ["message-0"]
    assert world.record(device).state is State.ISSUED


@pytest.mark.parametrize("status", ["REVOKED", "INACTIVE"])
def test_a_certificate_that_turns_out_to_be_off_gets_a_tombstone(
    world: World, lines: Lines, status: str
) -> None:
    device = world.issued_device("pump-1")
    world.switch_by_hand(device, status)
    world.function.fails_at("UpdateCertificate", "CertificateStateException")

    assert world.deliver(device) == []
    assert world.record(device).state in {State.REVOKED, State.DEACTIVATED}
    assert [line["Outcome"] for line in lines()] == ["refused"]
