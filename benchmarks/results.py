"""What a run leaves behind: tables on the terminal, build/bench.json, and a page with a plot."""

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from rich.console import Console

from benchmarks.function.package import NODE
from benchmarks.sheet import Sheet
from jitr.options import CHECKOUT
from jitr.trial.programs import run

FIGURES = CHECKOUT / "build" / "bench.json"
PAGE = CHECKOUT / "benchmarks" / "results.md"
PLOT = PAGE.with_suffix(".svg")
PAGE_WIDTH = 110
PACKAGES = ("ministack", "aws-cdk-lib", "botocore")

PREFACE = """\
# What registration costs, beside others

Written by `make bench`; do not edit. How the contenders are made and what the local AWS does differently from
AWS stands in [README.md](README.md).

![Time to ACTIVE, and devices per second, by contender]({plot})
"""


@dataclass(frozen=True)
class Circumstances:
    """Where and with what a run was made: nothing that names the machine."""

    lines: Mapping[str, str]

    @classmethod
    def now(cls, command: str) -> "Circumstances":
        """Look at this machine and at the versions that are installed."""
        return cls(
            {
                "command": f"`{command}`",
                "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
                "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
                "Python": platform.python_version(),
                **{name: version(name) for name in PACKAGES},
                "Node.js": _node_version(),
            }
        )

    def written(self) -> str:
        """Give a Markdown list."""
        return "\n".join(f"- {name}: {value}" for name, value in self.lines.items())


def console() -> Console:
    """Give the terminal, or a page as wide as the widest table where the output goes to a file."""
    return Console(width=None if sys.stdout.isatty() else PAGE_WIDTH)


def show(sheet: Sheet, console: Console) -> None:
    """Print a table as soon as it is there."""
    console.print(sheet.printed())


def keep(sheets: Sequence[Sheet], circumstances: Circumstances) -> None:
    """Write build/bench.json and the page; the plot is drawn beside it."""
    FIGURES.parent.mkdir(exist_ok=True)
    figures = {sheet.title: sheet.figures for sheet in sheets}
    FIGURES.write_text(json.dumps({**circumstances.lines, "figures": figures}, indent=2) + "\n")
    parts = [
        PREFACE.format(plot=PLOT.name),
        circumstances.written(),
        "",
        *(each.written() for each in sheets),
    ]
    PAGE.write_text("\n".join(parts))


def _node_version() -> str:
    log = CHECKOUT / "build" / "node-version.log"
    return run([NODE, "--version"], log=log, cwd=CHECKOUT, env=os.environ).strip()
