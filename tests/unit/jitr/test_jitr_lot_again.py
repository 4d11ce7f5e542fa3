"""Work that AWS was too busy for comes again: later each time, by chance, and not for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jitr.lot.again import FIRST, LONGEST, TRIES, Again, Later


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def latest(_least: float, most: float) -> float:
    return most


def test_nothing_is_due_before_its_time(clock: Clock) -> None:
    again = Again[str](clock, latest)
    again.put(Later("pump-1"))

    assert (again.due(10), again.seconds) == ([], FIRST)
    clock.now = FIRST
    assert again.due(10) == [Later("pump-1", tries=1)]
    assert not again


def test_each_delay_may_be_twice_as_long_up_to_a_bound(clock: Clock) -> None:
    again, delays, later = Again[str](clock, latest), [], Later("pump-1")
    while again.put(later):
        delays.append(again.seconds)
        clock.now += delays[-1] or 0
        (later,) = again.due(1)

    assert delays[:4] == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert max(delays) == LONGEST
    assert len(delays) == TRIES


def test_chance_keeps_those_apart_that_were_refused_together(clock: Clock) -> None:
    again = Again[int](clock)
    for number in range(100):
        again.put(Later(number, tries=5))

    clock.now = LONGEST / 4
    early = len(again.due(100))

    assert 0 < early < 100


@given(st.lists(st.integers(0, TRIES - 1), max_size=40), st.integers(1, 7))
def test_nothing_is_lost_and_nothing_comes_twice(tries: list[int], most: int) -> None:
    clock = Clock()
    again = Again[int](clock)
    for number, tried in enumerate(tries):
        assert again.put(Later(number, tried))

    clock.now = LONGEST
    given_back: list[int] = []
    while due := again.due(most):
        assert len(due) <= most
        given_back += [each.work for each in due]

    assert sorted(given_back) == list(range(len(tries)))
