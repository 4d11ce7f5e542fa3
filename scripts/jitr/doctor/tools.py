"""The tools of this machine, and their versions."""

import json
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from jitr.checkout import IN_A_CHECKOUT
from jitr.doctor.check import Finding, failed, not_checked, ok, warning
from jitr.doctor.site import Site
from jitr.options import CHECKOUT

NODE = 22
"""The least major version of Node.js that the CDK CLI runs on without a warning; 20 is past its end."""
ACCIDENT = "3.0.0"
"""A CDK CLI that was published by mistake, as `latest`, and reads no assembly of today."""
INSTALL = "run `make setup`"
ACTIVATE = "run `source .venv/bin/activate`, which brings Node.js 24"
SLOW = 30.0
"""Seconds that a program may take to say its version."""


def python(_site: Site) -> Iterator[Finding]:
    """Look at Python: this one, and the one by which cdk.json runs the app."""
    if IN_A_CHECKOUT and not (CHECKOUT / ".venv" / "bin" / "python").exists():
        yield failed(f"{CHECKOUT}/.venv is not there, by which cdk.json runs the app", INSTALL)
    else:
        yield ok(platform.python_version())


def node(_site: Site) -> Iterator[Finding]:
    """Look at the Node.js that `npx cdk` will run on: the first on the PATH."""
    found = version_of("node", "--version")
    if found is None:
        yield failed("no Node.js on the PATH, and the CDK CLI runs on it", ACTIVATE)
    elif _major(found) < NODE:
        yield failed(f"{found} ({shutil.which('node')}): the CDK CLI wants {NODE} or newer", ACTIVATE)
    else:
        yield ok(found)


def cdk(_site: Site, checkout: Path = CHECKOUT) -> Iterator[Finding]:
    """Look at the CDK CLI: the one of this checkout, and another one that the PATH may have first."""
    if not (checkout / "package.json").is_file():
        yield not_checked("which one it is, is the affair of the app that this package is installed for")
        return
    wanted = json.loads((checkout / "package.json").read_text())["devDependencies"]["aws-cdk"]
    installed = _installed(checkout)
    if installed is None:
        yield failed("the CDK CLI is not installed", INSTALL)
    elif installed != wanted:
        yield failed(f"{installed} is installed, package.json pins {wanted}{_why(installed)}", INSTALL)
    else:
        yield ok(f"{installed}, as pinned")
    yield from _another(wanted, checkout)


def openssl(_site: Site) -> Iterator[Finding]:
    """Look at openssl, with which device keys and requests are made."""
    yield _wanted_by_devices("openssl", "version")


def curl(_site: Site) -> Iterator[Finding]:
    """Look at curl, with which a device publishes over HTTPS."""
    yield _wanted_by_devices("curl", "--version")


def aws_cli(_site: Site) -> Iterator[Finding]:
    """Look at the AWS CLI, which nothing here needs."""
    yield ok(version_of("aws", "--version") or "not installed; nothing here needs it")


def version_of(program: str, option: str) -> str | None:
    """Ask a program on the PATH for its version; None when it is not there or cannot be run."""
    try:
        said = subprocess.run(
            [program, option], capture_output=True, text=True, check=True, timeout=SLOW, errors="replace"
        )
    except (OSError, subprocess.SubprocessError):
        return None
    number = re.search(r"\d+(\.\d+)+\w*", said.stdout + said.stderr)
    return number.group() if number else None


def _wanted_by_devices(program: str, option: str) -> Finding:
    found = version_of(program, option)
    if found is None:
        return warning("not on the PATH", "the demo and the device's scripts need it: install it")
    return ok(found)


def _installed(checkout: Path) -> str | None:
    try:
        package = json.loads((checkout / "node_modules" / "aws-cdk" / "package.json").read_text())
    except (OSError, ValueError):
        return None
    return str(package.get("version"))


def _another(wanted: str, checkout: Path) -> Iterator[Finding]:
    path = shutil.which("cdk")
    if path is None or Path(path).resolve().is_relative_to(checkout):
        return
    found = version_of(path, "--version")
    if found != wanted:
        yield warning(
            f"plain `cdk` is {found or 'not to be run'} ({path}){_why(found)}",
            "say `npx cdk` in this checkout",
            about="on the PATH",
        )


def _why(version: str | None) -> str:
    return ", which was published by accident and reads no assembly of today" if version == ACCIDENT else ""


def _major(version: str) -> int:
    return int(version.partition(".")[0])
