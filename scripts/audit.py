"""Ask the advisory service whether any locked Python package has a known vulnerability: `make audit`.

No part of the offline gate: what is known changes from day to day, and not every machine reaches the service.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKED = ("requirements-dev.txt", "requirements-checkov.txt", "lambda_src/requirements.txt")
"""`requirements-dev.txt` holds what a deploy and its smoke test take, too."""

CLEAN, VULNERABLE, NOT_AUDITED = 0, 1, 75
"""Exit codes; 75 is `EX_TEMPFAIL` of sysexits.h: the service could not be asked, so nothing is known."""


@dataclass(frozen=True)
class Audit:
    """What was learned of one lock file: a line for each vulnerability, and how many are unknown."""

    packages: int
    vulnerabilities: tuple[str, ...]
    unknown: int
    said: str

    @property
    def code(self) -> int:
        """The exit code; a known vulnerability outweighs what is not known."""
        if self.vulnerabilities:
            return VULNERABLE
        return CLEAN if self.packages and not self.unknown else NOT_AUDITED


def audit(file: Path) -> Audit:
    """Ask about every package of a lock file with hashes."""
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
    command += ["--no-deps", "--disable-pip", "--requirement", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return read(done.stdout, done.stderr)


def read(report: str, said: str) -> Audit:
    """Read pip-audit's JSON report; `said` is what it wrote beside it, such as why there is no report."""
    packages = _packages(report)
    found = [
        f"{package['name']} {package['version']}: {one['id']}, mended in {_versions(one['fix_versions'])}"
        for package in packages
        for one in package.get("vulns", [])
    ]
    unknown = [package["skip_reason"] for package in packages if "skip_reason" in package]
    lines = [*said.strip().splitlines(), *unknown] or ["no package in the report"]
    return Audit(len(packages), tuple(found), len(unknown), lines[-1])


def _packages(report: str) -> list[dict[str, Any]]:
    """Give what the report says of each package, nothing where it broke off and is no whole report."""
    try:
        loaded = json.loads(report)
    except json.JSONDecodeError:
        return []
    packages: list[dict[str, Any]] = loaded.get("dependencies", []) if isinstance(loaded, dict) else []
    return packages


def _versions(fixed: list[str]) -> str:
    return " or ".join(fixed) or "no version yet"


def tell(name: str, result: Audit) -> str:
    """Say in a line (and one for each vulnerability) what was learned of a lock file."""
    match result.code:
        case 0:
            return f"{name}: no known vulnerability in {result.packages} packages"
        case 1:
            return "\n".join(f"{name}: {line}" for line in result.vulnerabilities)
        case _:
            known = result.packages - result.unknown
            asked = f"{known} of {result.packages} packages could be asked about"
            return f"{name}: NOT AUDITED, {asked}: {result.said}"


def worst(codes: Iterable[int]) -> int:
    """Give the exit code of all: a vulnerability before what could not be asked."""
    found = set(codes)
    return next(code for code in (VULNERABLE, NOT_AUDITED, CLEAN) if code in found)


def main() -> int:
    """Audit every lock file; 0 none is known, 1 some are, 75 the service could not be asked."""
    codes = []
    for name in LOCKED:
        result = audit(ROOT / name)
        print(tell(name, result))
        codes.append(result.code)
    return worst(codes)


if __name__ == "__main__":
    sys.exit(main())
