"""Batches: each message stands for itself."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.message import Message
from tests.unit.registration.boundary import Call, clients
from tests.unit.registration.conftest import Lines
from tests.unit.registration.world import World, new_world


def test_poison_is_buried_and_the_others_of_its_batch_are_handled(world: World) -> None:
    first, second = world.issued_device("pump-1"), world.issued_device("pump-2")

    failed = world.deliver_bodies(json.dumps(first.event), "poison", json.dumps(second.event))

    assert failed == []
    assert world.queues.buried == [("malformed", "poison")]
    assert (world.status(first), world.status(second)) == ("ACTIVE", "ACTIVE")


def test_a_device_that_comes_twice_in_a_batch_is_registered_once(world: World, lines: Lines) -> None:
    device = world.issued_device()

    failed = world.deliver(device, device)

    assert failed == []
    assert world.function.statuses == ["ACTIVE"]
    assert [line["Outcome"] for line in lines()] == ["registered", "already"]


def test_an_error_that_nobody_expected_is_told_with_its_traceback(world: World, lines: Lines) -> None:
    device = world.issued_device()

    def break_down(_call: Call) -> None:
        raise ZeroDivisionError("of all things")

    world.function.before_call = break_down

    failed = world.deliver(device)

    (line,) = lines()
    assert failed == ["message-0"]
    assert (line["Outcome"], line["Reason"]) == ("retried", "ZeroDivisionError")
    assert "in break_down" in line["traceback"]


def test_the_next_message_does_not_suffer_from_an_error(world: World) -> None:
    unlucky, lucky = world.issued_device("pump-1"), world.issued_device("pump-2")

    def break_down(call: Call) -> None:
        if call.parameters.get("thingName") == "pump-1":
            raise ZeroDivisionError("of all things")

    world.function.before_call = break_down

    failed = world.deliver(unlucky, lucky)

    assert failed == ["message-0"]
    assert (world.status(unlucky), world.status(lucky)) == ("PENDING_ACTIVATION", "ACTIVE")


def test_a_message_is_read_from_the_envelope_that_lambda_makes() -> None:
    record = {
        "messageId": "m-1",
        "body": "{}",
        "receiptHandle": "AQEB",
        "attributes": {"ApproximateReceiveCount": "3", "SentTimestamp": "1893456000000"},
    }

    assert Message.from_sqs(record) == Message("m-1", "{}", 3, "AQEB", datetime(2030, 1, 1, tzinfo=UTC))


def test_an_envelope_that_is_not_lambdas_is_an_error() -> None:
    with pytest.raises(TypeError, match="attributes are list"):
        Message.from_sqs({"messageId": "m-1", "body": "{}", "attributes": []})


class TestMistakesOfOthers:
    """What known just-in-time registrations got wrong."""

    def test_a_thing_that_exists_already_does_not_keep_the_device_out(self, world: World) -> None:
        device = world.issued_device("pump-1")
        clients().iot.create_thing(thingName="pump-1")

        world.deliver(device)

        assert world.status(device) == "ACTIVE"

    def test_no_certificate_is_active_before_the_issuance_record_was_read(self, world: World) -> None:
        world.deliver(world.unissued_device())

        assert world.function.operations[0] == "UpdateItem"
        assert world.function.statuses == ["INACTIVE"]

    def test_no_certificate_is_active_without_its_policy(self, world: World) -> None:
        device = world.issued_device()
        world.function.fails_at("AttachPolicy", "LimitExceededException")

        world.deliver(device)

        assert world.status(device) == "PENDING_ACTIVATION"

    def test_errors_are_not_swallowed(self, world: World) -> None:
        device = world.issued_device()
        world.function.fails_at("AttachThingPrincipal", "InternalFailureException")

        assert world.deliver(device) == ["message-0"]

    def test_nothing_leaks_from_one_event_into_the_next(self, world: World) -> None:
        genuine, stranger = world.issued_device("pump-1"), world.unissued_device("stranger")

        world.deliver(genuine, stranger, genuine, stranger)

        assert (world.status(genuine), world.status(stranger)) == ("ACTIVE", "INACTIVE")
        assert world.things(stranger) == world.policies(stranger) == []

    def test_no_policy_is_made_per_device(self, world: World) -> None:
        world.deliver(world.issued_device("pump-1"), world.issued_device("pump-2"))

        assert "CreatePolicy" not in world.function.operations
        assert len(clients().iot.list_policies()["policies"]) == 1

    def test_credentials_are_never_logged(
        self, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the-secret-key")
        monkeypatch.setenv("AWS_SESSION_TOKEN", "the-session-token")
        device = world.issued_device()
        world.function.fails_at("UpdateCertificate", "UnauthorizedException")

        world.deliver_bodies(json.dumps(device.event), "poison")

        assert "the-se" not in capsys.readouterr().out

    def test_a_revoked_device_does_not_come_back(self, world: World) -> None:
        device = world.registered_device()
        world.deactivate(device)
        world.switch_by_hand(device, "REVOKED")

        world.deliver(device)
        world.redeliver(device)

        assert world.status(device) == "REVOKED"


@settings(deadline=None, max_examples=30)
@given(kinds=st.lists(st.sampled_from(["issued", "unissued", "poison"]), max_size=6))
def test_a_batch_buries_exactly_its_poison(kinds: list[str]) -> None:
    with new_world() as world:
        made: dict[str, Callable[[str], str]] = {
            "issued": lambda name: json.dumps(world.issued_device(name).event),
            "unissued": lambda name: json.dumps(world.unissued_device(name).event),
            "poison": str,
        }

        failed = world.deliver_bodies(*(made[kind](f"{kind}-{n}") for n, kind in enumerate(kinds)))

        assert failed == []
        assert [reason for reason, _ in world.queues.buried] == ["malformed"] * kinds.count("poison")
        assert world.function.statuses.count("ACTIVE") == kinds.count("issued")
