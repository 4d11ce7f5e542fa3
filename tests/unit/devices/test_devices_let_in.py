"""A device that is let in again, or in the place of another: by its operator, through a registration."""

from datetime import timedelta

import pytest

from contract import SecondCertificate
from jitr.failure import FailureError
from records.state import State
from tests.unit.devices.operator_desk import IN, Operator, replaced_pair, standing
from tests.unit.registration.boundary import Killed, clients
from tests.unit.registration.world import ACCOUNT, POLICY, RUN_TIME, World, arn, calls_of_a_registration

ACTIVE = calls_of_a_registration().index("UpdateCertificate")


def test_a_deactivated_device_comes_back(world: World, operator: Operator) -> None:
    device = world.registered_device()
    operator.deactivate(device)

    done = operator.activate(device)

    assert standing(world, device) == IN
    assert done == ["record: deactivated -> issued", "registered: ACTIVE, thing pump-1"]


def test_what_it_lost_meanwhile_is_put_back(world: World, operator: Operator) -> None:
    device = world.registered_device()
    operator.deactivate(device)
    clients().iot.detach_policy(policyName=POLICY, target=arn(device))

    operator.activate(device)

    assert world.policies(device) == [POLICY]


def test_a_thing_that_was_changed_meanwhile_is_still_its_own(world: World, operator: Operator) -> None:
    device = world.registered_device()
    operator.deactivate(device)
    clients().iot.update_thing(
        thingName="pump-1", attributePayload={"attributes": {"site": "north"}, "merge": True}
    )

    operator.activate(device)

    assert standing(world, device) == IN


def test_events_after_it_came_back_change_nothing(world: World, operator: Operator) -> None:
    device = world.registered_device()
    operator.deactivate(device)
    operator.activate(device)

    world.redeliver(device)

    assert standing(world, device) == IN


def test_one_that_was_switched_off_in_the_console_comes_back(world: World, operator: Operator) -> None:
    device = world.registered_device()
    world.switch_by_hand(device, "INACTIVE")

    operator.activate(device)

    assert standing(world, device) == IN


def test_one_that_is_in_stays_as_it_is(world: World, operator: Operator) -> None:
    device = world.registered_device()

    assert operator.activate(device) == ["is active already"]
    assert operator.queue.sent == []


def test_one_that_aws_has_not_seen_comes_in_when_it_connects(world: World, operator: Operator) -> None:
    device = world.issued_device()
    clients().iot.delete_certificate(certificateId=device.certificate_id, forceDelete=True)
    operator.deactivate(device)

    done = operator.activate(device)

    assert done[-1] == "it comes in when its device connects"
    assert world.record(device).state is State.ISSUED
    assert operator.queue.sent == []


def test_one_that_was_refused_is_judged_again(world: World, operator: Operator) -> None:
    clients().iot.create_thing(thingName="pump-1", attributePayload={"attributes": {"owner": "somebody"}})
    device = world.issued_device()
    world.deliver(device)
    clients().iot.delete_thing(thingName="pump-1")

    operator.activate(device)

    assert standing(world, device) == IN


def test_one_that_is_refused_again_is_a_failure(world: World, operator: Operator) -> None:
    clients().iot.create_thing(thingName="pump-1", attributePayload={"attributes": {"owner": "somebody"}})
    device = world.issued_device()
    world.deliver(device)

    with pytest.raises(FailureError, match="did not let it in: refused, thing_of_another"):
        operator.activate(device)
    assert world.status(device) == "INACTIVE"


def test_what_is_revoked_stays_out(world: World, operator: Operator) -> None:
    device = world.registered_device()
    operator.revoke(device)

    with pytest.raises(FailureError, match="revoked, which is final"):
        operator.activate(device)
    assert standing(world, device) == ("REVOKED", State.REVOKED)


def test_what_was_revoked_in_the_console_stays_out(world: World, operator: Operator) -> None:
    device = world.registered_device()
    world.switch_by_hand(device, "REVOKED")

    with pytest.raises(FailureError, match="revoked, which is final"):
        operator.activate(device)
    assert world.record(device).state is State.REGISTERED


def test_what_has_no_record_stays_out(world: World, operator: Operator) -> None:
    stranger = world.unissued_device()

    with pytest.raises(FailureError, match="no issuance record"):
        operator.activate(stranger)
    assert world.status(stranger) == "PENDING_ACTIVATION"


def test_what_has_expired_stays_out(world: World, operator: Operator) -> None:
    device = world.registered_device()
    operator.deactivate(device)
    world.now += timedelta(days=366)

    with pytest.raises(FailureError, match="expired at 2031-01-01"):
        operator.activate(device)
    assert standing(world, device) == ("INACTIVE", State.DEACTIVATED)


def test_what_is_attached_to_anothers_thing_stays_out(world: World, operator: Operator) -> None:
    device = world.registered_device()
    operator.deactivate(device)
    clients().iot.create_thing(thingName="pump-2")
    clients().iot.attach_thing_principal(thingName="pump-2", principal=arn(device))

    with pytest.raises(FailureError, match="attached to pump-2"):
        operator.activate(device)
    assert standing(world, device) == ("INACTIVE", State.DEACTIVATED)


def test_where_a_run_may_still_be_at_work_it_is_too_early(world: World, operator: Operator) -> None:
    device = world.issued_device()
    world.function.dies_at(ACTIVE, "before")
    with pytest.raises(Killed):
        world.deliver(device)
    world.function.recovers()
    operator.deactivate(device)

    with pytest.raises(FailureError, match="may be under way until"):
        operator.activate(device)

    world.now += RUN_TIME + timedelta(minutes=2)
    operator.activate(device)
    assert standing(world, device) == IN


def test_the_wait_has_an_end(world: World, operator: Operator) -> None:
    device = world.registered_device()
    operator.deactivate(device)

    done = operator.letting_in(patience=0).activate(device.certificate_id)

    assert done[-1].startswith("asked for, and not done yet")
    operator.queue.deliver()
    assert standing(world, device) == IN


@pytest.mark.parametrize("rule", [SecondCertificate.REFUSE, SecondCertificate.REPLACE])
def test_one_whose_thing_has_another_certificate_stays_out(
    world: World, operator: Operator, rule: SecondCertificate
) -> None:
    first, second = replaced_pair(world)
    operator.obey(rule)

    with pytest.raises(FailureError, match=f"jitr device replace pump-1 {first.certificate_id}"):
        operator.activate(first)
    assert (world.status(first), world.status(second)) == ("INACTIVE", "ACTIVE")


def test_under_keep_both_it_comes_in_beside_the_other(world: World, operator: Operator) -> None:
    first, second = replaced_pair(world)
    operator.obey(SecondCertificate.KEEP_BOTH)

    operator.activate(first)

    assert (world.status(first), world.status(second)) == ("ACTIVE", "ACTIVE")


def test_the_message_is_one_that_aws_might_have_sent(world: World, operator: Operator) -> None:
    device = world.registered_device()
    operator.deactivate(device)

    operator.letting_in(patience=0).activate(device.certificate_id)

    (body,) = operator.queue.sent
    assert f'"certificateId": "{device.certificate_id}"' in body
    assert f'"awsAccountId": "{ACCOUNT}"' in body


def test_what_a_run_that_died_was_to_replace_is_off_when_it_is_let_in(
    world: World, operator: Operator
) -> None:
    first = world.registered_device()
    world.now += timedelta(days=1)
    second = world.issued_device(serial="2f")
    world.function.fails_at("UpdateCertificate", "ThrottlingException")
    world.deliver(second)
    world.function.recovers()

    operator.activate(second)

    assert (world.status(first), world.status(second)) == ("INACTIVE", "ACTIVE")
