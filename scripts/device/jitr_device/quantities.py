"""Numbers on a command line; a function's name stands in argparse's message ("invalid port value")."""

from __future__ import annotations

import argparse
import re
from datetime import timedelta

UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def port(text: str) -> int:
    """Read a TCP port."""
    return _in_range(text, int(text), 65535)


def count(text: str) -> int:
    """Read a number of attempts."""
    return _in_range(text, int(text), 1000)


def seconds(text: str) -> float:
    """Read a time."""
    number = float(text)
    if not 0 < number <= 3600:  # noqa: PLR2004  # an hour; also keeps nan and inf out
        raise argparse.ArgumentTypeError(f"{text}: more than 0, at most 3600 seconds")
    return number


def period(text: str) -> timedelta:
    """Read 30d, 12h or 90m."""
    found = re.fullmatch(r"([0-9]{1,5})([dhm])", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text}: a number of days, hours or minutes, e.g. 30d, 12h, 90m")
    return timedelta(**{UNITS[found.group(2)]: int(found.group(1))})


def _in_range(text: str, number: int, largest: int) -> int:
    if not 1 <= number <= largest:
        raise argparse.ArgumentTypeError(f"{text}: 1 to {largest}")
    return number
