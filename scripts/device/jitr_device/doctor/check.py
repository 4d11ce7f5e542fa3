"""One look at one thing, and the order in which looks make sense."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from .device import Device


class Verdict(enum.Enum):
    """How a check ended; the value is printed, and stands in `doctor --json`."""

    OK = "ok"
    WARNING = "warning"  # works, or is not needed for everything
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Finding:
    """What was seen, and what to do about it (empty when nothing is)."""

    verdict: Verdict
    text: str
    advice: str = ""


@dataclass(frozen=True)
class Check:
    """A look at something that only tells when the checks in `needs` did not fail."""

    name: str
    look: Callable[[Device], Finding]
    needs: tuple[str, ...] = ()


def ok(text: str) -> Finding:
    """Say that it works."""
    return Finding(Verdict.OK, text)


def warning(text: str, advice: str) -> Finding:
    """Say that it works for now, or not for everything."""
    return Finding(Verdict.WARNING, text, advice)


def failed(text: str, advice: str) -> Finding:
    """Say that it does not work."""
    return Finding(Verdict.FAILED, text, advice)


def not_checked(because: str) -> Finding:
    """Say why nobody looked."""
    return Finding(Verdict.NOT_CHECKED, f"because {because}")


def examine(checks: Iterable[Check], device: Device) -> Iterator[tuple[Check, Finding]]:
    """Each check with its finding; one whose needs are not met is not looked at, and names the cause."""
    causes: dict[str, str] = {}
    for check in checks:
        cause = next((causes[need] for need in check.needs if need in causes), None)
        finding = check.look(device) if cause is None else not_checked(cause)
        if finding.verdict is Verdict.FAILED:
            causes[check.name] = f"{check.name!r} failed"
        if finding.verdict is Verdict.NOT_CHECKED:
            causes[check.name] = cause or f"{check.name!r} was not checked"
        yield check, finding
