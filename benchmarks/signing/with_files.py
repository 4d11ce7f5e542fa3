"""Signing with an authority in files: ours in one process and in several, and the tutorial's way."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.sheet import Sheet
from benchmarks.signing.lot import Factory
from benchmarks.signing.spent import Spent, spent
from jitr.options import CHECKOUT

ALONE = "`cryptography` alone, 1 process"
TUTORIAL = "the tutorial's: one `openssl x509 -req` each"
JITR = [sys.executable, "-c", "from jitr.main import main; main()"]
SPEED = re.compile(
    r"^ 256 bits ecdsa \(nistp256\)\s+\S+\s+\S+\s+(?P<sign>\S+)\s+(?P<verify>\S+)", re.MULTILINE
)


@dataclass(frozen=True)
class Bound:
    """P-256 operations that OpenSSL makes in a second of one CPU."""

    signs: float
    verifies: float

    @classmethod
    def measured(cls, seconds: int) -> "Bound":
        """Ask `openssl speed`."""
        said = subprocess.run(
            ["openssl", "speed", "-seconds", str(seconds), "ecdsap256"],  # noqa: S607  wherever it is
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        found = SPEED.search(said)
        if found is None:
            raise RuntimeError(f"openssl speed says nothing of P-256: {said}")
        return cls(float(found["sign"]), float(found["verify"]))

    @classmethod
    def between(cls, one: "Bound", other: "Bound") -> "Bound":
        """Give the mean of two moments."""
        return cls((one.signs + other.signs) / 2, (one.verifies + other.verifies) / 2)

    @property
    def certificates(self) -> float:
        """Certificates a second of a program that does nothing but verify a request and sign."""
        return 1 / (1 / self.signs + 1 / self.verifies)


@dataclass(frozen=True)
class Result:
    """What one way of signing took, and what OpenSSL could do at that time."""

    spent: Spent
    bound: Bound

    @property
    def share(self) -> float:
        """Part of the bound that was reached, CPU for CPU."""
        return self.spent.per_cpu_second / self.bound.certificates


def measure(factory: Factory, requests: int, looped: int, seconds: int) -> Sheet:
    """Measure all in one run; the tutorial's loop over fewer, since it takes as long for each.

    OpenSSL's speed is taken before and after each, since the machine has other things to do as well.
    """
    ways = {
        **{f"ours, {_processes(number)}": partial(_ours, factory, requests, number) for number in _numbers()},
        ALONE: partial(_alone, factory, requests),
        TUTORIAL: partial(_tutorial, factory, looped),
    }
    results, before = {}, Bound.measured(seconds)
    for name, sign in ways.items():
        took, after = sign(), Bound.measured(seconds)
        results[name] = Result(took, Bound.between(before, after))
        before = after
    return _sheet(results, requests, looped)


def _numbers() -> list[int]:
    return sorted({1, os.cpu_count() or 1})


def _processes(number: int) -> str:
    return f"{number} process{'es' if number > 1 else ''}"


def _ours(factory: Factory, requests: int, processes: int) -> Spent:
    """Run the command as people do, with its start and the writing of every file."""
    files: list[str | Path] = ["--ca-cert", factory.certificate, "--ca-key", factory.key]
    out = factory.folder / f"ours-{processes}"
    command: list[str | Path] = [*JITR, "sign", "--out", out, *files, "--jobs", str(processes), factory.lot]
    return spent([command], requests, factory.folder)


def _alone(factory: Factory, requests: int) -> Spent:
    """Sign as shortly as one can with the library that ours signs with."""
    module = [sys.executable, "-m", "benchmarks.signing.alone"]
    return spent([[*module, factory.certificate, factory.key, factory.lot]], requests, CHECKOUT)


def _tutorial(factory: Factory, requests: int) -> Spent:
    """Sign as the tutorial does, a program for each request."""
    out = factory.folder / "tutorial"
    out.mkdir()
    authority: list[str | Path] = ["-CA", factory.certificate, "-CAkey", factory.key, "-CAcreateserial"]
    commands: list[list[str | Path]] = [
        [
            *("openssl", "x509", "-req", "-in", factory.file(number), *authority),
            *("-out", out / f"{number}.crt", "-days", "3650", "-sha256"),
        ]
        for number in range(requests)
    ]
    return spent(commands, requests, factory.folder)


def _sheet(results: Mapping[str, Result], requests: int, looped: int) -> Sheet:
    alone, tutorial = results[ALONE].share, results[TUTORIAL].share
    return Sheet(
        title="Certificates by an authority in files",
        columns=[
            "",
            "a second",
            "a second of CPU",
            "`openssl speed`",
            "of it",
            "of the library's",
            "times the tutorial's",
        ],
        rows=[
            [
                name,
                f"{each.spent.per_second:,.0f}",
                f"{each.spent.per_cpu_second:,.0f}",
                f"{each.bound.certificates:,.0f}",
                f"{each.share:.1%}",
                f"{each.share / alone:.0%}",
                f"{each.share / tutorial:.0f}",
            ]
            for name, each in results.items()
        ],
        note=f"{requests:,} requests, P-256, by the whole command: start, reading, every check, signing, a "
        "file each. The library alone reads, verifies and signs as shortly as one can write it, looks at no "
        f"name or key, and keeps nothing. The tutorial's loop signs {looped:,} requests, as blindly. "
        "`openssl speed` says what a program could sign in a second of CPU that verified each request's "
        "signature, signed, and did nothing else; it is taken before and after each row, which the columns "
        "after it refer to.",
        figures={
            name: {**vars(each.spent), "sign": each.bound.signs, "verify": each.bound.verifies}
            for name, each in results.items()
        },
    )
