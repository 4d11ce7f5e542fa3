"""What the benchmark computes: percentiles, ratios, rates, tables."""

from pathlib import Path

import pytest

from benchmarks import burst, calls_per_device, one_by_one
from benchmarks.calls import Call, Calls
from benchmarks.contenders import FLOOR, OURS, Contender
from benchmarks.figures import Spread, percentile, ratios
from benchmarks.fleet.connection import Answer, Attempt, Device
from benchmarks.fleet.identity import Identity, Signer
from benchmarks.fleet.load import Arrival
from benchmarks.function import clearing, cold_start
from benchmarks.sheet import Sheet


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1, 100), (0.001, 1)])
def test_percentile_is_one_of_the_values(share: float, expected: int) -> None:
    assert percentile(range(100, 0, -1), share) == expected


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1.0], 0), ([1.0], 1.1)])
def test_percentile_of_nothing_or_beyond_is_refused(values: list[float], share: float) -> None:
    with pytest.raises(ValueError, match="no percentile"):
        percentile(values, share)


def test_spread_is_in_milliseconds() -> None:
    assert Spread.of([0.010, 0.020, 0.030]) == Spread(p50=20.0, p99=30.0)


def test_ratios_are_to_one_of_them() -> None:
    assert ratios({"floor": 2.0, "ours": 3.0}, to="floor") == {"floor": 1.0, "ours": 1.5}


def test_burst_counts_from_the_first_connect_to_the_last_active() -> None:
    arrivals = [arrival("a", sent=[100.0, 101.0], accepted=True), arrival("b", sent=[100.5], accepted=False)]
    calls = Calls(file=NO_FILE, activations={"a": 100.75, "b": 102.0, "somebody else": 200.0})

    seen = burst.burst(arrivals, calls)

    assert seen == burst.Burst(rate=1.0, connects=1.5, lost=1)


def test_burst_in_which_nobody_came_in_has_no_rate() -> None:
    seen = burst.burst([arrival("a", sent=[1.0], accepted=False)], Calls(file=NO_FILE))

    assert seen == burst.Burst(rate=0.0, connects=1, lost=1)


def test_burst_table_has_medians_and_the_sum_of_the_lost() -> None:
    ours = [burst.Burst(10, 2, 1), burst.Burst(30, 4, 1), burst.Burst(20, 3, 0)]

    seen = burst.sheet({OURS: ours, FLOOR: [burst.Burst(40, 2, 0)] * 3}, count=300)

    assert list(seen.rows) == [[OURS, "20", "0.50", "3", "2"], [FLOOR, "40", "1.00", "2", "0"]]


def test_alone_table_relates_medians_to_the_floors() -> None:
    series = one_by_one.Series(begun=0, durations={OURS: [0.03, 0.03], FLOOR: [0.02, 0.02]})

    assert [row[-1] for row in one_by_one.sheet(series).rows] == ["1.50", "1.00"]


def test_calls_are_counted_by_who_made_them() -> None:
    made = [call("ours-function", "iot:UpdateCertificate")] * 4 + [call("administrator", "iot:CreatePolicy")]
    contenders = [Contender(OURS, AUTHORITY, "ours-function"), Contender(FLOOR, AUTHORITY, "floor-function")]

    counts = calls_per_device.counted(made, contenders, devices=2)

    assert counts == {OURS: {"iot:UpdateCertificate": 2.0}, FLOOR: {}}


def test_calls_table_ends_with_their_sum() -> None:
    seen = calls_per_device.sheet({OURS: {"a": 1.0, "b": 2.0}, FLOOR: {"b": 1.0}})

    assert list(seen.rows) == [["a", "1", "0"], ["b", "2", "1"], ["all", "3", "1"]]


def test_first_message_is_no_part_of_the_start() -> None:
    parts = dict.fromkeys(cold_start.READY, 10.0) | {"first message": 99.0}

    assert cold_start.ready(parts) == 40.0


def test_clearing_table_gives_processor_time_per_message() -> None:
    seen = clearing.sheet({OURS: 200.0, FLOOR: 800.0}, rounds=1)

    assert list(seen.rows) == [[OURS, "200", "5.00", "0.25"], [FLOOR, "800", "1.25", "1.00"]]


def test_sheet_is_written_as_markdown() -> None:
    written = Sheet("Title", ["", "ms"], [["ours", "1"]], "How.").written()

    assert written.splitlines() == ["## Title", "", "|  | ms |", "| --- | ---: |", "| ours | 1 |", "", "How."]


AUTHORITY = Signer.unknown("nobody")
NO_FILE = Path("/nonexistent")


def call(caller: str, operation: str) -> Call:
    """An answered call."""
    return Call(answered=1.0, took=0.0, caller=caller, operation=operation, status=200, activated=None)


def arrival(certificate_id: str, sent: list[float], *, accepted: bool) -> Arrival:
    """A device that connected at the times given, and was dropped each time but perhaps the last."""
    identity = Identity(certificate_id, certificate_id, None, None)
    attempts = [Attempt(Answer.DROPPED, moment, moment) for moment in sent]
    if accepted:
        attempts[-1] = Attempt(Answer.ACCEPTED, sent[-1], sent[-1])
    return Arrival(Device(identity, None, "localhost", 0), attempts)
