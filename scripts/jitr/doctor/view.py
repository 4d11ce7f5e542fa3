"""An examination as people and programs read it."""

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby

from jitr.doctor.check import Examined, Finding, Verdict

MARK = {Verdict.OK: "✓", Verdict.WARNING: "!", Verdict.FAILED: "✗", Verdict.NOT_CHECKED: "-"}
COLOUR = {Verdict.OK: 32, Verdict.WARNING: 33, Verdict.FAILED: 31, Verdict.NOT_CHECKED: 2}  # ECMA-48, SGR
WORST = (Verdict.FAILED, Verdict.WARNING, Verdict.NOT_CHECKED, Verdict.OK)


def verdict(examined: Sequence[Examined]) -> Verdict:
    """Give the worst of all verdicts."""
    found = {finding.verdict for each in examined for finding in each.findings}
    return next((each for each in WORST if each in found), Verdict.OK)


def fields(environment: str, examined: Sequence[Examined]) -> dict[str, object]:
    """Give all of it by name."""
    return {
        "environment": environment,
        "verdict": verdict(examined),
        "findings": [
            {
                "group": each.check.group,
                "check": each.check.name,
                "about": finding.about,
                "verdict": finding.verdict,
                "found": finding.found,
                "advice": finding.advice,
            }
            for each in examined
            for finding in each.findings
        ],
    }


def lines(examined: Sequence[Examined], *, colour: bool) -> Iterator[str]:
    """Give a line for every finding, below its group."""
    width = max(len(each.check.name) for each in examined)
    for number, (group, several) in enumerate(groupby(examined, key=lambda each: each.check.group)):
        if number:
            yield ""
        yield group
        for each in several:
            for finding in each.findings:
                yield f"{_mark(finding, colour=colour)} {each.check.name.ljust(width)}  {_said(finding)}"


def summary(examined: Sequence[Examined]) -> str:
    """Count the verdicts in one line."""
    verdicts = [finding.verdict for each in examined for finding in each.findings]
    return ", ".join(f"{verdicts.count(each)} {each}" for each in Verdict if each in verdicts)


def on_terminal() -> bool:
    """Tell whether somebody sees colours."""
    return sys.stdout.isatty()


def _mark(finding: Finding, *, colour: bool) -> str:
    mark = MARK[finding.verdict]
    return f"\033[{COLOUR[finding.verdict]}m{mark}\033[0m" if colour else mark


def _said(finding: Finding) -> str:
    about = f"{finding.about}: " if finding.about else ""
    nothing = "not checked: " if finding.verdict is Verdict.NOT_CHECKED else ""
    advice = f"; {finding.advice}" if finding.advice else ""
    return f"{nothing}{about}{finding.found}{advice}"
