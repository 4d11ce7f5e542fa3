"""A check, and what it finds: a verdict, one line, and what to do."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from jitr.doctor.site import Site


class Verdict(StrEnum):
    """How things stand."""

    OK = "ok"
    WARNING = "warning"
    """It works, and somebody should know of it."""
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Finding:
    """What a check found; `about` tells the findings of one check apart."""

    verdict: Verdict
    found: str
    advice: str | None = None
    about: str | None = None
    final: bool = False
    """Whether nothing that builds on it can be looked at, although it did not fail."""

    @property
    def ends(self) -> bool:
        """Tell whether the checks that need this one have nothing to look at."""
        return self.final or self.verdict in {Verdict.FAILED, Verdict.NOT_CHECKED}


@dataclass(frozen=True)
class Check:
    """Looks at one thing; `needs` are the names of checks that must have gone well before."""

    group: str
    name: str
    look: Callable[[Site], Iterable[Finding]]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Examined:
    """A check and all that it found."""

    check: Check
    findings: tuple[Finding, ...]

    @property
    def ends(self) -> bool:
        """Tell whether the checks that need this one have nothing to look at."""
        return any(finding.ends for finding in self.findings)


def ok(found: str, *, about: str | None = None) -> Finding:
    """Find something in order."""
    return Finding(Verdict.OK, found, about=about)


def warning(found: str, advice: str, *, about: str | None = None, final: bool = False) -> Finding:
    """Find something that somebody should know of."""
    return Finding(Verdict.WARNING, found, advice, about, final)


def failed(found: str, advice: str | None = None, *, about: str | None = None) -> Finding:
    """Find something that must be mended."""
    return Finding(Verdict.FAILED, found, advice, about)


def not_checked(because: str, advice: str | None = None, *, about: str | None = None) -> Finding:
    """Find nothing, and say why."""
    return Finding(Verdict.NOT_CHECKED, because, advice, about)
