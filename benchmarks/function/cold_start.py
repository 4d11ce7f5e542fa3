"""From a fresh process to a handler with its clients made, part by part: what SnapStart could save."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.contenders import AWS_DEFAULT, FLOOR
from benchmarks.figures import MILLISECONDS, median, ratios
from benchmarks.function.package import CREDENTIALS, NODE, PATIENCE, Unpacked
from benchmarks.sheet import Sheet

READY = ("interpreter", "botocore", "own code", "clients")
"""The parts of a cold start, as the probe names them; the first message is no part of it."""
PARTS = (*READY, "first message")
NODE_READY = "await import(process.argv[1]); console.log(Number(process.hrtime.bigint()) / 1e9)"


def measure(functions: Sequence[Unpacked], rounds: int) -> dict[str, dict[str, float]]:
    """Start each function `rounds` times in turn; give the medians of the parts, in milliseconds."""
    seen: dict[str, list[dict[str, float]]] = {each.package.name: [] for each in functions}
    for _ in range(rounds):
        for each in functions:
            seen[each.package.name].append(each.probe("start"))
    return {
        name: {part: median([start[part] for start in starts]) * MILLISECONDS for part in PARTS}
        for name, starts in seen.items()
    }


def measure_node(module: Path, rounds: int) -> float:
    """Start a Node.js function `rounds` times; give the median until it is imported, in milliseconds."""
    return median([_node_start(module) for _ in range(rounds)]) * MILLISECONDS


def ready(parts: Mapping[str, float]) -> float:
    """Add up what comes before the first message."""
    return sum(parts[part] for part in READY)


def sheet(starts: Mapping[str, Mapping[str, float]], node: float, rounds: int) -> Sheet:
    """Put the parts into columns."""
    totals = {name: ready(parts) for name, parts in starts.items()} | {AWS_DEFAULT: node}
    to_floor = ratios(totals, FLOOR)
    rows = [
        [name, *(f"{parts[part]:.0f}" for part in PARTS), f"{totals[name]:.0f}", f"{to_floor[name]:.2f}"]
        for name, parts in starts.items()
    ]
    unknown = ["-"] * len(PARTS)
    rows.append([f"{AWS_DEFAULT} (Node.js)", *unknown, f"{node:.0f}", f"{to_floor[AWS_DEFAULT]:.2f}"])
    return Sheet(
        title="Cold start",
        columns=["ms", *PARTS, "ready", "to the floor's"],
        rows=rows,
        note=f"Medians of {rounds} fresh processes. Ready is all but the first message: handler imported, "
        "clients made. All of it except the interpreter is what SnapStart would keep in a snapshot, at most.",
        figures={name: dict(parts) for name, parts in starts.items()}
        | {"ready": totals, "to_floor": to_floor},
    )


def _node_start(module: Path) -> float:
    """Give the seconds; Node's clock is the machine's monotonic one, as Python's is."""
    asked = time.monotonic()
    done = subprocess.run(
        [str(NODE), "--input-type=module", "--eval", NODE_READY, str(module)],
        env={"PATH": os.environ["PATH"], **CREDENTIALS},
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    return float(done.stdout) - asked
