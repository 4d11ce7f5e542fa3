"""Turns: as many a second as the quota gives, and refusals never more than their share."""

from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.pace import Pace, Paces
from tests.unit.registration.boundary import clients
from tests.unit.registration.conftest import Lines
from tests.unit.registration.world import UNHURRIED, World


class Clock:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        """The time."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds


def turns_within(pace: Pace, clock: Clock, seconds: float) -> int:
    """How many turns there are until so much time has passed."""
    end, taken = clock.time + seconds, 0
    while pace.wait(end - clock.time):
        taken += 1
    return taken


@pytest.fixture
def clock() -> Clock:
    """The clock of the paces under test."""
    return Clock()


def test_what_was_saved_up_is_a_second_s_worth_and_then_each_turn_has_its_time(clock: Clock) -> None:
    pace = Pace(5, clock.now, clock.sleep)
    times = []

    for _ in range(8):
        pace.wait(10)
        times.append(clock.time - 100)

    assert times == pytest.approx([0, 0, 0, 0, 0, 0.2, 0.4, 0.6])


@pytest.mark.parametrize("per_second", [0.25, 1, 5, 33.3])
def test_a_minute_has_no_more_turns_than_its_quota_and_one_second_s(clock: Clock, per_second: float) -> None:
    turns = turns_within(Pace(per_second, clock.now, clock.sleep), clock, 60)

    assert turns == pytest.approx(60 * per_second + max(1, per_second), abs=1)


def test_who_would_wait_too_long_gets_no_turn_and_takes_none_away(clock: Clock) -> None:
    pace = Pace(1, clock.now, clock.sleep)
    pace.wait(0)

    assert not pace.wait(0.5)
    assert pace.wait(1)
    assert clock.time == pytest.approx(101)


def test_a_turn_that_is_given_back_is_there_for_the_next(clock: Clock) -> None:
    pace = Pace(1, clock.now, clock.sleep)
    pace.wait(0)

    pace.give_back()

    assert pace.take()


def test_a_turn_is_spare_while_half_of_the_saved_ones_are_left(clock: Clock) -> None:
    pace = Pace(10, clock.now, clock.sleep)

    assert [pace.take_spare() for _ in range(10)].count(True) == 5
    assert [pace.take() for _ in range(10)].count(True) == 5


def test_turns_are_not_saved_up_for_longer_than_a_second(clock: Clock) -> None:
    pace = Pace(5, clock.now, clock.sleep)
    pace.wait(0)
    clock.sleep(3600)

    assert [pace.take() for _ in range(6)] == [True] * 5 + [False]


def test_threads_share_the_turns(clock: Clock) -> None:
    pace = Pace(10, clock.now, lambda _seconds: None)
    taken: list[bool] = []
    threads = [Thread(target=lambda: taken.append(pace.wait(1))) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert taken.count(True) == 20  # ten that were saved up, ten within a second


@given(
    wanted=st.lists(
        st.tuples(st.sampled_from(["device", "refusal"]), st.floats(0, 0.05)), min_size=100, max_size=300
    )
)
def test_all_together_keep_to_the_quota_whoever_comes(wanted: list[tuple[str, float]]) -> None:
    clock = Clock()
    paces = Paces(Pace(10, clock.now, clock.sleep), Pace(0.5, clock.now, clock.sleep))
    begun, taken = clock.time, 0

    for who, pause in wanted:
        clock.sleep(pause)
        taken += paces.for_a_refusal() if who == "refusal" else paces.updates.wait(5)

    assert taken <= 10 + 10 * (clock.time - begun) + 1e-6


def test_refusals_never_wait_and_never_make_a_busy_fleet_wait(clock: Clock) -> None:
    paces = Paces(Pace(10, clock.now, clock.sleep), Pace(0.5, clock.now, clock.sleep))
    while paces.updates.take():
        pass

    assert not paces.for_a_refusal()
    assert clock.time == 100
    assert paces.updates.wait(0.11)


def test_a_flood_of_unissued_certificates_stays_pending_but_for_a_few(world: World, lines: Lines) -> None:
    clock = Clock()
    world.paces = Paces(Pace(5, clock.now, clock.sleep), Pace(0.25, clock.now, clock.sleep))
    strangers = [world.unissued_device(f"stranger-{number}") for number in range(10)]

    failed = world.deliver(*strangers)

    assert failed == []
    assert {line["Reason"] for line in lines()} == {"unissued"}
    statuses = [world.status(stranger) for stranger in strangers]
    # Of five turns that were saved up some are spare, and one is the refusals' own.
    assert 1 < statuses.count("INACTIVE") <= 4
    assert statuses.count("INACTIVE") + statuses.count("PENDING_ACTIVATION") == 10


def test_genuine_devices_get_every_turn_that_refusals_do_not_have(world: World) -> None:
    clock = Clock()
    world.paces = Paces(Pace(5, clock.now, clock.sleep), Pace(0.25, clock.now, clock.sleep))
    strangers = [world.unissued_device(f"stranger-{number}") for number in range(5)]
    genuine = [world.issued_device(f"pump-{number}") for number in range(5)]

    world.deliver(*(device for pair in zip(strangers, genuine, strict=True) for device in pair))

    assert {world.status(device) for device in genuine} == {"ACTIVE"}
    assert clock.time - 100 == pytest.approx(0.4)  # seven calls, of which five were saved up


def test_a_device_for_whom_there_is_no_turn_comes_again(world: World, lines: Lines) -> None:
    clock = Clock()
    world.paces = Paces(Pace(0.01, clock.now, clock.sleep), Pace(UNHURRIED))
    first, second = world.issued_device("pump-1"), world.issued_device("pump-2")

    failed = world.deliver(first, second)

    assert failed == ["message-1"]
    assert [line.get("Reason") for line in lines()] == [None, "paced"]
    assert world.function.statuses == ["ACTIVE"]


def test_a_turn_is_not_lost_on_a_device_that_is_refused(world: World) -> None:
    clock = Clock()
    world.paces = Paces(Pace(1, clock.now, clock.sleep), Pace(0.05, clock.now, clock.sleep))
    clients().iot.create_thing(thingName="pump-1", attributePayload={"attributes": {"owner": "another"}})

    world.deliver(world.issued_device("pump-1"))
    world.deliver(genuine := world.issued_device("pump-2"))

    assert world.status(genuine) == "ACTIVE"
    assert clock.time <= 101


def test_what_throttles_a_registration_does_not_let_others_go_faster(world: World) -> None:
    clock = Clock()
    world.paces = Paces(Pace(5, clock.now, clock.sleep), Pace(UNHURRIED))
    world.function.fails_at("AttachPolicy", "ThrottlingException")

    for number in range(15):
        world.deliver(world.issued_device(f"pump-{number}"))

    assert clock.time - 100 >= 1.9
