"""Watch an alarm for a while, and fail as soon as it is on; the pipeline does so after a deploy.

    python scripts/watch_alarm.py --region eu-central-1 --minutes 15 prod-jitr-any

It looks at the beginning, every quarter of a minute, and at the end. What it cannot read is a failure, too.
"""

import argparse
import sys
import time
from collections.abc import Callable
from typing import Protocol

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from jitr.aws_errors import explained

OFF, ON = 0, 1
"""Exit codes; also `ON` where nobody could tell."""
PAUSE = 15.0
"""Seconds between looks: an alarm of the project stays on for a period of its metric, minutes."""


class Clock(Protocol):
    """What of the module `time` is used."""

    def monotonic(self) -> float:
        """Give seconds since some moment."""

    def sleep(self, seconds: float, /) -> None:
        """Wait."""


class NoAlarmError(Exception):
    """There is no such alarm."""


def goes_off(look: Callable[[], str | None], minutes: float, clock: Clock = time) -> str | None:
    """Look until the alarm is on or the time is over.

    Args:
        look: says why the alarm is on; None while it is off.
        minutes: how long.
        clock: by which.

    Returns:
        Why it is on; None if it was off at every look.
    """
    until = clock.monotonic() + minutes * 60
    while (why := look()) is None and (left := until - clock.monotonic()) > 0:
        clock.sleep(min(PAUSE, left))
    return why


def look_at(alarm: str, region: str) -> Callable[[], str | None]:
    """Give a look at a composite alarm, which says why it is on.

    The look raises:
        NoAlarmError: there is none of this name.
        ClientError, BotoCoreError: it could not be read.
    """
    cloudwatch = boto3.client("cloudwatch", region_name=region)

    def look() -> str | None:
        found = cloudwatch.describe_alarms(AlarmNames=[alarm], AlarmTypes=["CompositeAlarm"])
        for each in found["CompositeAlarms"]:
            return (
                str(each.get("StateReason") or "no reason given") if each["StateValue"] == "ALARM" else None
            )
        raise NoAlarmError(f"there is no composite alarm {alarm} in {region}")

    return look


def main() -> int:
    """Watch the alarm that is asked for; 0 it was off, 1 it is on or could not be read, 2 bad usage."""
    parser = argparse.ArgumentParser(description="Watch an alarm, and fail as soon as it is on.")
    parser.add_argument("alarm", help="name of a composite alarm")
    parser.add_argument("--region", required=True)
    parser.add_argument("--minutes", type=float, required=True, help="how long; 0 looks once")
    asked = parser.parse_args()
    print(f"{asked.alarm}: watched for {asked.minutes:g} minutes", flush=True)
    try:
        why = goes_off(look_at(asked.alarm, asked.region), asked.minutes)
    except (NoAlarmError, ClientError, BotoCoreError) as error:
        why = str(error) if isinstance(error, NoAlarmError) else explained(error)
        print(f"{asked.alarm} could not be watched: {why}", file=sys.stderr)
        return ON
    print(f"{asked.alarm} is on: {why}" if why else f"{asked.alarm} was off", flush=True)
    return ON if why else OFF


if __name__ == "__main__":
    sys.exit(main())
