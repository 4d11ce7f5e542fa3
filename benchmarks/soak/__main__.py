"""`python -m benchmarks.soak [scenario …]`: play, print what held, and write build/soak.json.

Exit code 1 if anything did not hold.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.soak.finding import Check, Finding
from benchmarks.soak.ground import Ground, ground
from benchmarks.soak.scenarios import SCENARIOS
from benchmarks.soak.watch import Watch

WIDTH = 130  # characters, also where no terminal is: the table is read in logs
HALF = 0.5
RESULT = Path(__file__).resolve().parents[2] / "build" / "soak.json"


def main() -> int:
    """Play what the command line names, or all of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help=", ".join(SCENARIOS))
    parser.add_argument("--scale", type=float, default=1.0, help="of the fleets, while developing: 0.1")
    parser.add_argument("--minutes", type=float, default=15, help="after which no further scenario begins")
    options = parser.parse_args()
    if unknown := set(options.scenarios) - SCENARIOS.keys():
        parser.error(f"no scenario {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}")
    begun = time.monotonic()
    until = begun + options.minutes * 60
    names = [name for name in SCENARIOS if name in (options.scenarios or SCENARIOS)]
    with tempfile.TemporaryDirectory() as folder, ground(Path(folder) / "soak", options.scale) as where:
        findings = [settled(name, where) if time.monotonic() < until else not_played(name) for name in names]
    report(findings, options.scale, time.monotonic() - begun)
    return 0 if all(finding.held for finding in findings) else 1


def settled(name: str, where: Ground) -> Finding:
    """Play a scenario, and with half the quotas if it was merely slow: the machine may have been busy.

    What must hold is that the quota is used, whatever it is; devices, broker and functions have to share one
    machine here that can keep up with it.
    """
    finding = play(name, where)
    if not finding.slow:
        return finding
    with where.with_share(HALF) as slower:
        return play(name, slower)


def play(name: str, where: Ground) -> Finding:
    """Play one scenario on ground that is as if none had been played before."""
    where.queues.empty()
    where.calls()
    where.function.warm()
    watch = Watch(where.proxy)
    checks = SCENARIOS[name](where, watch)
    counts = watch.counts()
    if not watch.calls:
        checks = [*checks, Check("the function's calls go through the proxy", "none did", held=False)]
    finding = Finding(name, checks, time.monotonic() - watch.began, counts, where.share)
    Console(stderr=True).print(
        f"{name}: {'held' if finding.held else 'did not hold'}, {finding.seconds:.0f} s"
    )
    return finding


def not_played(name: str) -> Finding:
    """Say that there was no time left: scenarios before it waited in vain."""
    return Finding(name, [Check("played in time", "the time was over before it began", held=False)], 0.0)


def report(findings: Sequence[Finding], scale: float, seconds: float) -> None:
    """Print a table and write the file."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    title = f"{machine}, scale {scale:g}, {seconds:.0f} s"
    table = Table("scenario", "expected", "measured", "held", title=title)
    for finding in findings:
        for number, check in enumerate(finding.checks):
            name = finding.title if number == 0 else ""
            last = number == len(finding.checks) - 1
            table.add_row(
                name, check.expected, check.measured, "yes" if check.held else "NO", end_section=last
            )
    console = Console(width=WIDTH)
    console.print(table)
    for finding in findings:
        for check in finding.missed:
            console.print(f"did not hold: {finding.title}: {check.expected}: {check.measured}")
    RESULT.parent.mkdir(exist_ok=True)
    fields = {"machine": machine, "scale": scale, "seconds": round(seconds, 1)}
    scenarios = [asdict(finding) | {"held": finding.held} for finding in findings]
    RESULT.write_text(json.dumps(fields | {"scenarios": scenarios}, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
