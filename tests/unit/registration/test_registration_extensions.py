"""The owner's say about a device, and the announcement of what became of it."""

import io
import json
from typing import Any, cast

import pytest
from botocore.exceptions import ReadTimeoutError

from records.state import State
from registration.announcements import Announcements
from registration.owner import Owner
from tests.unit.registration.boundary import Killed
from tests.unit.registration.conftest import Lines
from tests.unit.registration.world import AUTHORITY, World


class Function:
    """The owner's function, as a client of Lambda that answers what a test says."""

    def __init__(self, answer: bytes, error: str | None = None) -> None:
        self.answer, self.error = answer, error
        self.asked: list[dict[str, Any]] = []

    def invoke(self, **call: Any) -> dict[str, Any]:
        """Answer, or fail."""
        self.asked.append(json.loads(call["Payload"]))
        told: dict[str, Any] = {"Payload": io.BytesIO(self.answer)}
        return told | ({"FunctionError": self.error} if self.error else {})


class Bus:
    """A bus, as a client of EventBridge that remembers."""

    def __init__(self, failed: int = 0) -> None:
        self.failed = failed
        self.entries: list[dict[str, Any]] = []

    def put_events(self, **call: Any) -> dict[str, int]:
        """Take events."""
        self.entries += call["Entries"]
        return {"FailedEntryCount": self.failed}


class BrokenBus(Bus):
    """A bus that does not answer."""

    def put_events(self, **call: Any) -> dict[str, int]:
        """Fail."""
        raise ReadTimeoutError(endpoint_url="https://events.example")


def ask(world: World, answer: object, error: str | None = None) -> Function:
    """Let the owner's function answer."""
    function = Function(answer if isinstance(answer, bytes) else json.dumps(answer).encode(), error)
    world.owner = Owner(cast("Any", function), "arn:of:a:function", "test")
    return function


def announce_on(world: World, bus: Bus) -> Bus:
    """Let outcomes be announced."""
    world.announcements = Announcements(cast("Any", bus), "fleet")
    return bus


def test_a_device_that_the_owner_allows_gets_in(world: World) -> None:
    function = ask(world, {"decision": "allow"})
    device = world.issued_device("pump-1")

    world.deliver(device)

    assert world.status(device) == "ACTIVE"
    (question,) = function.asked
    assert question == {
        "certificate_id": device.certificate_id,
        "thing_name": "pump-1",
        "subject": "CN=pump-1",
        "serial": "1f",
        "issuer": AUTHORITY,
        "not_after": "2031-01-01T00:00:00.000000+00:00",
        "environment": "test",
    }


def test_a_device_that_the_owner_refuses_stays_out_for_the_owner_s_reason(world: World, lines: Lines) -> None:
    ask(world, {"decision": "refuse", "reason": "not paid for"})
    device = world.issued_device()

    failed = world.deliver(device)

    (line,) = lines()
    assert failed == []
    assert (world.status(device), world.record(device).state) == ("INACTIVE", State.REFUSED)
    assert world.record(device).reason == "owner: not paid for"
    assert (line["Reason"], line["problem"]) == ("owner", "not paid for")
    assert "CreateThing" not in world.function.operations


def test_a_device_that_the_owner_holds_stays_pending_and_is_asked_about_again(
    world: World, lines: Lines
) -> None:
    ask(world, {"decision": "hold", "reason": "tomorrow"})
    device = world.issued_device()

    assert world.deliver(device) == []
    assert [line["Outcome"] for line in lines()] == ["held"]
    assert (world.status(device), world.record(device).state) == ("PENDING_ACTIVATION", State.ISSUED)

    ask(world, {"decision": "allow"})
    world.deliver(device)
    assert world.status(device) == "ACTIVE"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param({"decision": "allow"}, "Unhandled", id="failed"),
        pytest.param({"decision": "maybe"}, None, id="another-word"),
        pytest.param({"reason": "none"}, None, id="no-decision"),
        pytest.param("allow", None, id="text"),
        pytest.param(None, None, id="null"),
        pytest.param(["allow"], None, id="list"),
        pytest.param(b"", None, id="nothing"),
        pytest.param(b"\xff\xfe", None, id="no-text"),
        pytest.param(b"[" * 5000, None, id="deeply-nested"),
        pytest.param(b'{"decision": "allow", "reason": "' + b"x" * 5000 + b'"}', None, id="too-long"),
    ],
)
def test_nobody_gets_in_on_an_answer_that_is_none(
    world: World, lines: Lines, answer: object, error: str | None
) -> None:
    ask(world, answer, error)
    device = world.issued_device()

    assert world.deliver(device) == ["message-0"]
    assert world.status(device) == "PENDING_ACTIVATION"
    assert [line["Reason"] for line in lines()] == ["UnclearDecision"]


def test_the_owner_is_not_asked_about_what_is_done_or_refused_anyway(world: World) -> None:
    function = ask(world, {"decision": "allow"})
    device = world.registered_device()
    function.asked.clear()

    world.deliver(device, world.unissued_device())

    assert function.asked == []


def test_the_owner_is_not_asked_again_about_a_device_that_may_be_in_already(world: World) -> None:
    function = ask(world, {"decision": "allow"})
    device = world.issued_device()
    world.function.dies_at(5, "before")
    with pytest.raises(Killed):
        world.deliver(device)
    world.function.recovers()

    world.redeliver(device)

    assert len(function.asked) == 1


def test_each_outcome_is_announced(world: World) -> None:
    bus = announce_on(world, Bus())
    device, stranger = world.issued_device("pump-1"), world.unissued_device()

    world.deliver(device, stranger)

    details = [json.loads(entry["Detail"]) for entry in bus.entries]
    assert {entry["EventBusName"] for entry in bus.entries} == {"fleet"}
    assert {(entry["Source"], entry["DetailType"]) for entry in bus.entries} == {
        ("jitr.registration", "Device Registration")
    }
    assert [(detail["outcome"], detail.get("reason")) for detail in details] == [
        ("registered", None),
        ("refused", "unissued"),
    ]
    assert details[0]["thing_name"] == "pump-1"
    assert details[1]["certificate_id"] == stranger.certificate_id


def test_more_outcomes_than_the_bus_takes_at_once_are_announced_in_parts(world: World) -> None:
    bus = announce_on(world, Bus())

    world.deliver_bodies(*["poison"] * 23)

    assert len(bus.entries) == 23


@pytest.mark.parametrize("bus", [Bus(failed=1), BrokenBus()])
def test_no_device_waits_for_an_announcement(world: World, lines: Lines, bus: Bus) -> None:
    announce_on(world, bus)
    device = world.issued_device()

    assert world.deliver(device) == []
    assert world.status(device) == "ACTIVE"
    assert [(line["Operation"], line["Outcome"]) for line in lines()] == [
        ("registration", "registered"),
        ("announcement", "failed"),
    ]
