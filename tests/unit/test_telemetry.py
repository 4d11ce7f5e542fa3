"""One line per outcome, in CloudWatch's embedded metric format."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract import METRIC_NAMESPACE
from telemetry import report

Line = Callable[[], dict[str, Any]]


class Unprintable:
    """A value that cannot even be shown."""

    def __str__(self) -> str:
        raise RuntimeError("not today")


@pytest.fixture
def line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Line:
    """The one line that was printed."""
    monkeypatch.setenv("ENVIRONMENT", "dev")

    def read() -> dict[str, Any]:
        (printed,) = capsys.readouterr().out.splitlines()
        parsed: dict[str, Any] = json.loads(printed, parse_constant=pytest.fail)
        return parsed

    return read


def test_an_outcome_is_counted_per_environment_and_operation(line: Line) -> None:
    report("registered", operation="registration")

    printed = line()
    (directive,) = printed["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == METRIC_NAMESPACE
    assert directive["Dimensions"] == [["Environment", "Operation", "Outcome"]]
    assert directive["Metrics"] == [{"Name": "Count", "Unit": "Count"}]
    assert (printed["Environment"], printed["Operation"], printed["Outcome"], printed["Count"]) == (
        "dev",
        "registration",
        "registered",
        1,
    )


def test_a_reason_is_counted_beside_the_outcome_as_a_whole(line: Line) -> None:
    report("refused", operation="registration", reason="unissued")

    printed = line()
    assert printed["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [
        ["Environment", "Operation", "Outcome"],
        ["Environment", "Operation", "Outcome", "Reason"],
    ]
    assert printed["Reason"] == "unissued"


def test_every_dimension_and_metric_of_a_line_stands_in_it(line: Line) -> None:
    report("refused", operation="issuance", reason="weak_key")

    printed = line()
    (directive,) = printed["_aws"]["CloudWatchMetrics"]
    assert set(directive["Dimensions"][-1]) | {"Count", "_aws"} == set(printed)
    assert isinstance(printed["_aws"]["Timestamp"], int)


def test_other_fields_can_be_searched(line: Line) -> None:
    report("registered", operation="registration", certificate_id="1f", attempts=2, thing_name=None)

    printed = line()
    assert (printed["certificate_id"], printed["attempts"]) == ("1f", 2)
    assert "thing_name" not in printed


def test_no_field_takes_the_place_of_what_the_format_needs(line: Line) -> None:
    report("registered", operation="registration", Count=7, _aws="x", Outcome="y", Environment="z")

    printed = line()
    assert (printed["Count"], printed["Outcome"], printed["Environment"]) == (1, "registered", "dev")
    assert "CloudWatchMetrics" in printed["_aws"]


@pytest.mark.parametrize(
    ("value", "printed_as"),
    [
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (2**60, str(2**60)),
        (10**5000, "<int>"),
        (Unprintable(), "<Unprintable>"),
        (b"\xff", "b'\\xff'"),
        ("two\nlines", "two\nlines"),
        ("\ud800", "\ud800"),
        ({"a": [1]}, "{'a': [1]}"),
        (True, True),
    ],
    ids=[
        "nan",
        "inf",
        "beyond-doubles",
        "endless",
        "unprintable",
        "bytes",
        "lines",
        "surrogate",
        "dict",
        "bool",
    ],
)
def test_an_odd_value_is_written_as_text(line: Line, value: object, printed_as: object) -> None:
    report("retried", operation="registration", value=value)

    assert line()["value"] == printed_as


def test_a_long_value_is_cut(line: Line) -> None:
    report("retried", operation="registration", reason="r" * 5000, traceback="t" * 100_000)

    printed = line()
    assert (len(printed["Reason"]), len(printed["traceback"])) == (1024, 8192)


@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
def test_a_dimension_is_never_blank(line: Line, monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    monkeypatch.setenv("ENVIRONMENT", blank)

    report("registered", operation=blank)

    printed = line()
    assert (printed["Environment"], printed["Operation"]) == ("unknown", "unknown")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    reason=st.none() | st.text(),
    value=st.text() | st.integers() | st.floats() | st.binary() | st.dictionaries(st.text(), st.text()),
)
def test_nothing_that_is_reported_can_break_the_line(
    capsys: pytest.CaptureFixture[str], reason: str | None, value: object
) -> None:
    report("refused", operation="registration", reason=reason, value=value)

    (printed,) = capsys.readouterr().out.splitlines()
    assert json.loads(printed)["Outcome"] == "refused"
