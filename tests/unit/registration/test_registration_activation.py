"""ACTIVE is tried again in the same run where AWS throttles it; who is not sure of it gives no claim up."""

from datetime import timedelta

import pytest
from botocore.exceptions import ReadTimeoutError

from records.state import State
from registration.activation import ATTEMPTS, PAUSE
from tests.unit.registration.boundary import Call
from tests.unit.registration.conftest import Lines
from tests.unit.registration.world import World


def throttled_once(world: World) -> None:
    """Let the first UpdateCertificate be throttled, and no other."""
    world.function.fails_at("UpdateCertificate", "ThrottlingException")
    throttle = world.function.before_call

    def first(call: Call) -> None:
        if call.operation == "UpdateCertificate":
            world.function.recovers()
        throttle(call)

    world.function.before_call = first


def lost_and_then_throttled(world: World) -> None:
    """Let ACTIVE take effect and its answer get lost, and every further attempt be throttled."""

    def lose(call: Call) -> None:
        if call.operation == "UpdateCertificate":
            world.function.fails_at("UpdateCertificate", "ThrottlingException")
            raise ReadTimeoutError(endpoint_url="https://iot.example")

    world.function.after_call = lose


def test_a_throttled_device_is_let_in_by_the_same_run(world: World) -> None:
    device = world.issued_device()
    throttled_once(world)

    failed = world.deliver(device)

    assert failed == []
    assert world.status(device) == "ACTIVE"
    assert len(world.slept) == 1
    assert PAUSE / 2 <= world.slept[0] <= PAUSE


def test_a_device_that_is_throttled_again_and_again_comes_back_soon_and_unclaimed(
    world: World, lines: Lines
) -> None:
    device = world.issued_device()
    world.function.fails_at("UpdateCertificate", "ThrottlingException")

    world.deliver(device)

    assert world.record(device).state is State.ISSUED
    assert len(world.slept) == ATTEMPTS - 1
    assert world.queues.hidden["handle-0"] in {1, 2}
    assert [line["Reason"] for line in lines()] == ["ThrottlingException"]


def test_a_refusal_that_no_waiting_mends_is_not_tried_again(world: World) -> None:
    device = world.issued_device()
    world.function.fails_at("UpdateCertificate", "UnauthorizedException")

    world.deliver(device)

    assert world.record(device).state is State.ISSUED
    assert world.slept == []


def test_a_throttled_second_attempt_says_nothing_about_the_first(world: World) -> None:
    device = world.issued_device()
    lost_and_then_throttled(world)
    world.deliver(device)
    world.function.recovers()
    assert world.record(device).state is State.ACTIVATING
    world.switch_by_hand(device, "INACTIVE")

    world.redeliver(device)

    assert world.status(device) == "INACTIVE"


@pytest.mark.parametrize("code", ["InternalFailureException", "ServiceUnavailableException"])
def test_a_fault_of_aws_leaves_the_claim_until_the_run_is_dead(world: World, code: str) -> None:
    device = world.issued_device()
    world.function.fails_at("UpdateCertificate", code)

    world.deliver(device)

    assert world.record(device).state is State.ACTIVATING
    assert len(world.slept) == ATTEMPTS - 1


def test_a_run_that_is_about_to_end_does_not_try_again(world: World) -> None:
    device = world.issued_device()
    world.function.fails_at("UpdateCertificate", "ThrottlingException")
    throttle = world.function.before_call

    def late(call: Call) -> None:
        if call.operation == "UpdateCertificate":
            world.now += timedelta(seconds=27)
        throttle(call)

    world.function.before_call = late

    world.deliver(device)

    assert world.slept == []
    assert world.record(device).state is State.ISSUED
