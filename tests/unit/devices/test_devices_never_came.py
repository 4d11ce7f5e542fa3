"""A thing that is revoked is revoked with what was signed for it and never came."""

from collections.abc import Callable, Iterator

import pytest

from contract import SecondCertificate
from jitr.devices import never_came
from jitr.devices.named import named
from jitr.devices.never_came import NeverCame
from jitr.devices.run import Work, run
from jitr.failure import FailureError
from records.state import State
from tests.unit.devices.operator_desk import Known, Operator
from tests.unit.registration.boundary import AUTHORITY, Call, Killed, clients
from tests.unit.registration.world import OTHER_AUTHORITY, TABLE, Device, World

PUMP = named("pump-1")


@pytest.mark.usefixtures("fleet")
def test_a_thing_means_what_was_signed_for_it_and_never_came_as_well(
    world: World, operator: Operator
) -> None:
    device = world.registered_device()
    waiting = [world.issued_device(serial=serial) for serial in ("2f", "3f")]
    world.issued_device("pump-2")

    found = list(meant(operator))

    assert found[0] == device.certificate_id
    assert sorted(found[1:]) == sorted(each.certificate_id for each in waiting)


@pytest.mark.usefixtures("fleet")
def test_none_of_them_comes_in_once_the_thing_is_revoked(world: World, operator: Operator) -> None:
    device, waiting = world.registered_device(), world.issued_device(serial="2f")

    assert revoked(operator, "pump-1")

    world.deliver(device, waiting)
    assert [world.status(each) for each in (device, waiting)] == ["REVOKED", "REVOKED"]
    assert [world.record(each).state for each in (device, waiting)] == [State.REVOKED] * 2


@pytest.mark.usefixtures("fleet")
def test_one_that_aws_has_not_seen_is_kept_out_by_its_record(world: World, operator: Operator) -> None:
    world.registered_device()
    unseen = world.issued_device(serial="2f")
    clients().iot.delete_certificate(certificateId=unseen.certificate_id, forceDelete=True)

    assert revoked(operator, "pump-1")

    assert world.record(unseen).state is State.REVOKED


@pytest.mark.usefixtures("fleet")
def test_one_that_comes_in_while_it_is_looked_for_is_found_all_the_same(
    world: World, operator: Operator
) -> None:
    world.registered_device()
    coming = world.issued_device(serial="2f")
    world.function.calls.clear()
    list(meant(operator))
    walk = world.function.operations.index("Query")
    world.function.meanwhile(walk, lambda: comes_in(world, coming))

    assert coming.certificate_id in list(meant(operator))


@pytest.mark.usefixtures("fleet")
def test_one_whose_registration_died_before_the_thing_had_it_is_found(
    world: World, operator: Operator
) -> None:
    operator.obey(SecondCertificate.KEEP_BOTH)
    world.registered_device()
    died, last = world.issued_device(serial="2f"), world.issued_device(serial="3f")
    world.function.before_call = dying_before("AttachThingPrincipal")
    with pytest.raises(Killed):
        world.deliver(died)
    world.function.recovers()
    world.deliver(last)

    assert died.certificate_id in list(meant(operator))


@pytest.mark.usefixtures("fleet")
def test_one_whose_record_cannot_be_read_is_found(world: World, operator: Operator) -> None:
    world.registered_device()
    spoiled = world.issued_device(serial="2f")
    spoil(spoiled)

    assert spoiled.certificate_id in list(meant(operator))


@pytest.mark.usefixtures("fleet")
def test_what_is_out_already_is_not_looked_for(world: World, operator: Operator) -> None:
    device, out = world.registered_device(), world.issued_device(serial="2f")
    operator.deactivate(out)

    assert list(meant(operator)) == [device.certificate_id]


def test_every_authority_of_the_environment_is_looked_at(
    world: World, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"old": Known("old", OTHER_AUTHORITY), "fleet": Known("fleet", AUTHORITY)}
    monkeypatch.setattr(never_came, "deployed_authorities", lambda _target: known)
    first = world.issued_device()
    second = world.issued_device(serial="2f", issuer=OTHER_AUTHORITY)

    assert set(meant(operator)) == {first.certificate_id, second.certificate_id}


@pytest.mark.usefixtures("fleet")
def test_one_walk_serves_all_things_that_are_named(world: World, operator: Operator) -> None:
    names = [named(f"pump-{number}") for number in range(3)]
    expected = [world.issued_device(str(name.thing_name)).certificate_id for name in names]
    world.function.calls.clear()
    seeking = NeverCame.of(operator.desk(), names)

    found = [list(seeking.certificates(name)) for name in names]

    assert found == [[each] for each in expected]
    assert world.function.operations.count("BatchGetItem") == 1


@pytest.mark.usefixtures("fleet")
def test_who_names_certificates_alone_needs_no_walk(world: World, operator: Operator) -> None:
    device = world.issued_device()
    world.function.calls.clear()
    name = named(device.certificate_id)

    assert list(NeverCame.of(operator.desk(), [name]).certificates(name)) == [device.certificate_id]
    assert world.function.operations == []


@pytest.mark.usefixtures("fleet")
def test_where_it_may_not_be_looked_for_the_thing_is_revoked_all_the_same_and_it_is_said(
    world: World, operator: Operator, capsys: pytest.CaptureFixture[str]
) -> None:
    device, waiting = world.registered_device(), world.issued_device(serial="2f")
    world.function.fails_at("Query", "UnauthorizedException")

    assert not revoked(operator, "pump-1")

    assert world.record(device).state is State.REVOKED
    assert world.record(waiting).state is State.ISSUED
    said = capsys.readouterr().err
    assert "pump-1: failed: what was signed for it and never came could not be looked for" in said


@pytest.mark.usefixtures("fleet")
def test_what_is_about_to_be_revoked_names_them(
    world: World, operator: Operator, capsys: pytest.CaptureFixture[str]
) -> None:
    device, waiting = world.registered_device(), world.issued_device(serial="2f")

    with pytest.raises(FailureError, match="give --yes"):
        revoked(operator, "pump-1", yes=False)

    assert f"  pump-1: {device.certificate_id}, {waiting.certificate_id}\n" in capsys.readouterr().err


def meant(operator: Operator) -> Iterator[str]:
    """What `jitr device revoke pump-1` means."""
    return NeverCame.of(operator.desk(), [PUMP]).certificates(PUMP)


def revoked(operator: Operator, thing_name: str, *, yes: bool = True) -> bool:
    """Run `jitr device revoke`."""
    name = named(thing_name)
    seeking = NeverCame.of(operator.desk(), [name])
    work = Work("REVOKED", seeking.certificates, lambda id_: operator.revoke(Device(id_, thing_name)))
    return run(work, [name], as_json=False, yes=yes)


def comes_in(world: World, device: Device) -> None:
    """A registration, which nothing befalls."""
    world.function.recovers()
    world.deliver(device)


def dying_before(operation: str) -> Callable[[Call], None]:
    """Let a run die before a call."""

    def before(call: Call) -> None:
        if call.operation == operation:
            raise Killed

    return before


def spoil(device: Device) -> None:
    """Make a record one that cannot be read."""
    clients().dynamodb.update_item(
        TableName=TABLE,
        Key={"id": {"S": device.certificate_id}},
        UpdateExpression="REMOVE serial",
    )
