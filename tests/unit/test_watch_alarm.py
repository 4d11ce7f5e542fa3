"""Watching an alarm after a deploy: as long as was asked for, and not a look longer than it is off."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from unittest.mock import patch

import boto3
import pytest
from botocore.stub import Stubber

import watch_alarm

NAME = "prod-jitr-any"
MINUTE = 60.0


@dataclass
class FakeClock:
    """Time that passes by sleeping only."""

    now: float = 1000.0
    looked_at: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float, /) -> None:
        self.now += seconds

    def look(self, *, on_from: float = float("inf")) -> Callable[[], str | None]:
        """An alarm that is on from a moment on, in seconds after the beginning."""
        begun = self.now

        def look() -> str | None:
            self.looked_at.append(self.now - begun)
            return "errors" if self.now - begun >= on_from else None

        return look


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_an_alarm_that_stays_off_is_watched_for_the_whole_time(clock: FakeClock) -> None:
    assert watch_alarm.goes_off(clock.look(), 15, clock) is None
    assert clock.looked_at[-1] == 15 * MINUTE
    assert len(clock.looked_at) == 61


def test_an_alarm_that_goes_off_meanwhile_ends_the_watch_at_once(clock: FakeClock) -> None:
    assert watch_alarm.goes_off(clock.look(on_from=7 * MINUTE), 15, clock) == "errors"
    assert clock.looked_at[-1] == 7 * MINUTE


def test_an_alarm_that_goes_off_in_the_last_moment_counts(clock: FakeClock) -> None:
    assert watch_alarm.goes_off(clock.look(on_from=1.1 * MINUTE), 1.1, clock) == "errors"
    assert clock.looked_at[-1] == pytest.approx(1.1 * MINUTE)


def test_an_alarm_that_is_on_already_is_not_waited_for(clock: FakeClock) -> None:
    assert watch_alarm.goes_off(clock.look(on_from=0), 15, clock) == "errors"
    assert clock.looked_at == [0]


def test_no_minutes_are_one_look(clock: FakeClock) -> None:
    assert watch_alarm.goes_off(clock.look(), 0, clock) is None
    assert clock.looked_at == [0]


@pytest.fixture
def cloudwatch() -> Iterator[Stubber]:
    """CloudWatch with answers made up, in place of the client that the script makes."""
    client = boto3.client(
        "cloudwatch", region_name="eu-west-1", aws_access_key_id="none", aws_secret_access_key="none"
    )
    with Stubber(client) as stubber, patch.object(watch_alarm.boto3, "client", lambda *_, **__: client):
        yield stubber


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Runs the script for no longer than a look."""
    monkeypatch.setattr("sys.argv", ["watch_alarm.py", "--region", "eu-west-1", "--minutes", "0", NAME])
    return watch_alarm.main


def answered(stubber: Stubber, *alarms: dict[str, str]) -> None:
    asked = {"AlarmNames": [NAME], "AlarmTypes": ["CompositeAlarm"]}
    stubber.add_response("describe_alarms", {"CompositeAlarms": list(alarms)}, asked)


def test_an_alarm_that_is_off_is_success(
    cloudwatch: Stubber, run: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    answered(cloudwatch, {"AlarmName": NAME, "StateValue": "OK", "StateReason": "all is well"})

    assert run() == 0
    assert capsys.readouterr().out.endswith(f"{NAME} was off\n")


def test_an_alarm_that_is_on_is_a_failure_with_its_reason(
    cloudwatch: Stubber, run: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    answered(cloudwatch, {"AlarmName": NAME, "StateValue": "ALARM", "StateReason": "issuance-errors is on"})

    assert run() == 1
    assert capsys.readouterr().out.endswith(f"{NAME} is on: issuance-errors is on\n")


def test_an_alarm_that_is_not_there_is_a_failure(
    cloudwatch: Stubber, run: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    answered(cloudwatch)

    assert run() == 1
    assert "there is no composite alarm prod-jitr-any in eu-west-1" in capsys.readouterr().err


def test_an_alarm_that_may_not_be_read_is_a_failure(
    cloudwatch: Stubber, run: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    cloudwatch.add_client_error("describe_alarms", "AccessDenied")

    assert run() == 1
    assert "could not be watched: " in capsys.readouterr().err
