"""A message that cannot be settled now comes again: later each time, alone, and never into nothing."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.again import LONGEST, seconds_until_again
from registration.message import Message
from tests.unit.registration.boundary import Call
from tests.unit.registration.conftest import Lines
from tests.unit.registration.world import Device, World


def longest(_low: float, high: float) -> float:
    """The chance that always gives the most."""
    return high


def shortest(low: float, _high: float) -> float:
    """The chance that always gives the least."""
    return low


def message_about(world: World, device: Device, *, age: timedelta, receive_count: int = 1) -> Message:
    """A message that was sent some time ago."""
    return Message("old", world.body(device), receive_count, "handle-old", world.now - age)


def test_each_wait_is_twice_the_one_before_up_to_a_quarter_of_an_hour(world: World) -> None:
    waits = [seconds_until_again(count, None, world.now, longest) for count in range(1, 13)]

    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


@given(receive_count=st.integers(1, 10_000))
def test_chance_takes_at_most_half_of_a_wait(receive_count: int) -> None:
    world_now = World.settings.queue_retention  # any time will do: it is not looked at
    least, most = (
        seconds_until_again(receive_count, None, world_now, chance)  # type: ignore[arg-type]
        for chance in (shortest, longest)
    )

    assert 1 <= least <= most <= LONGEST
    assert least >= most / 2


def test_who_waits_for_a_claim_comes_again_when_it_has_lapsed(world: World) -> None:
    lapses = world.now + timedelta(seconds=25)

    waits = {seconds_until_again(1, lapses, world.now, chance) for chance in (shortest, longest)}

    assert waits == {25, 27}


def test_a_failed_message_is_hidden_alone(world: World) -> None:
    unlucky, lucky = world.issued_device("pump-1"), world.issued_device("pump-2")

    def throttle(call: Call) -> None:
        if call.parameters.get("thingName") == "pump-1":
            raise ConnectionError("of all things")

    world.function.before_call = throttle

    world.deliver(unlucky, lucky)

    assert world.queues.hidden.keys() == {"handle-0"}
    assert world.queues.hidden["handle-0"] in {1, 2}


def test_a_device_that_waits_for_another_run_comes_again_after_that_one_s_time(world: World) -> None:
    device = world.issued_device()
    world.function.loses_the_answer_of("UpdateCertificate")
    world.deliver(device)
    world.function.recovers()

    world.deliver(device)

    assert 30 <= world.queues.hidden["handle-0"] <= 35


def test_a_queue_that_cannot_hide_messages_still_gets_them_back(world: World, lines: Lines) -> None:
    device = world.issued_device()
    world.function.fails_at("CreateThing", "ThrottlingException")
    world.queues.broken = True

    assert world.deliver(device) == ["message-0"]
    assert [line["Operation"] for line in lines()] == ["registration", "putting_back"]


def test_a_message_that_the_queue_would_drop_is_buried_with_its_reason(world: World, lines: Lines) -> None:
    device = world.issued_device()
    world.function.fails_at("CreateThing", "ThrottlingException")
    age = World.settings.queue_retention - timedelta(seconds=1)

    failed = world.handle([message_about(world, device, age=age, receive_count=9)])

    assert failed == []
    assert world.queues.buried == [("ThrottlingException", world.body(device))]
    assert [(line["Outcome"], line["Reason"]) for line in lines()] == [("dead", "ThrottlingException")]


def test_a_dead_letter_that_cannot_be_sent_comes_again(world: World, lines: Lines) -> None:
    world.queues.broken = True

    assert world.deliver_bodies("poison") == ["message-0"]
    assert [line["Outcome"] for line in lines() if line["Operation"] == "registration"] == ["retried"]


@pytest.mark.parametrize("body", ["\x00", "\ud800", "x" * 300_000])
def test_a_dead_letter_says_what_is_wrong_in_text_that_a_queue_takes(world: World, body: str) -> None:
    world.deliver_bodies(body)

    (letter,) = world.queues.letters
    problem = letter["MessageAttributes"]["Problem"]["StringValue"]
    assert problem.isprintable()
    assert 0 < len(problem.encode()) <= 4096


def test_records_that_cannot_be_read_at_all_bring_every_message_back(world: World) -> None:
    devices = [world.issued_device("pump-1"), world.issued_device("pump-2")]
    world.function.fails_at("BatchGetItem", "ThrottlingException")

    assert world.deliver(*devices) == ["message-0", "message-1"]
    assert world.queues.hidden.keys() == {"handle-0", "handle-1"}
