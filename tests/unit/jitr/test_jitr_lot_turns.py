"""Turns come at the rate that is asked for, at fewer while AWS is too busy, and never at more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jitr.lot.turns import SLOWEST, Turns


class Clock:
    """A clock that moves when somebody sleeps."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_turns_come_at_the_rate(clock: Clock) -> None:
    turns = Turns(10, clock, clock.sleep)

    for _ in range(51):
        turns.wait(2)

    assert clock.now == pytest.approx(10)


def test_turns_that_nobody_took_are_not_saved_up(clock: Clock) -> None:
    turns = Turns(10, clock, clock.sleep)
    clock.now = 100.0

    for _ in range(21):
        turns.wait(1)

    assert clock.now == pytest.approx(102)


def test_a_call_takes_a_part_of_a_second_s_turns_and_at_least_one() -> None:
    assert (Turns(1000).lump, Turns(20).lump, Turns(0.5).lump) == (250, 5, 1)


def test_what_aws_turns_away_makes_turns_fewer_and_time_makes_them_more(clock: Clock) -> None:
    turns = Turns(100, clock, clock.sleep)

    turns.heard(busy=True)
    slowed = turns.rate
    for _ in range(20):
        turns.heard(busy=False)

    assert slowed == pytest.approx(70)
    assert turns.rate == 100


@given(st.lists(st.booleans(), max_size=200), st.floats(0.1, 100_000))
def test_the_rate_stays_between_its_bounds(heard: list[bool], most: float) -> None:
    turns = Turns(most)
    for busy in heard:
        turns.heard(busy=busy)

    assert most * SLOWEST <= turns.rate <= most
