"""The scripts run on the device's own Python, from wherever the folder was copied to."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.device.held_key import SCRIPTS, SYSTEM_PYTHON, Device

COMMANDS = ["make_csr", "connect", "renew", "doctor"]
SOURCES = [*sorted((SCRIPTS / "jitr_device").rglob("*.py")), *(SCRIPTS / name for name in COMMANDS)]


def python_3_9_runs(*sources: Path) -> bool:
    """Whether syntax and standard library are those of 3.9, as vermin knows them."""
    vermin = Path(sys.executable).with_name("vermin")
    command = [vermin, "--target=3.9-", "--no-tips", *sources]
    return subprocess.run(command, capture_output=True, text=True, check=False).returncode == 0


def test_nothing_is_newer_than_the_devices_python() -> None:
    assert python_3_9_runs(*SOURCES)


@pytest.mark.parametrize(
    "newer",
    ["from itertools import pairwise", "zip([], [], strict=True)", "match 1:\n    case _: pass"],
    ids=["library", "argument", "syntax"],
)
def test_what_is_newer_would_be_seen(tmp_path: Path, newer: str) -> None:
    (tmp_path / "newer.py").write_text(f"{newer}\n")

    assert not python_3_9_runs(tmp_path / "newer.py")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_only_the_standard_library_is_imported(source: Path) -> None:
    imports = [node for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.Import)]
    froms = [node for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.ImportFrom)]
    names = {alias.name for node in imports for alias in node.names}
    names |= {node.module or "" for node in froms if node.level == 0}

    assert {name.split(".")[0] for name in names} <= {*sys.stdlib_module_names, "jitr_device"}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("interpreter", [SYSTEM_PYTHON, sys.executable], ids=["system", "project"])
def test_help_explains_the_command(
    plain_environment: Mapping[str, str], work: Path, interpreter: str, name: str
) -> None:
    device = Device(work, plain_environment, ())

    done = device.run(interpreter, str(SCRIPTS / name), "--help")

    assert done.returncode == 0, done.stderr
    assert "exit codes: 0" in done.stdout
    assert "NOT held in hardware" in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_a_copied_folder_works_alone_even_through_a_link(
    plain_environment: Mapping[str, str], work: Path, tmp_path: Path, name: str
) -> None:
    shutil.copytree(SCRIPTS, tmp_path / "copied", ignore=shutil.ignore_patterns("__pycache__"))
    (work / name).symlink_to(tmp_path / "copied" / name)
    device = Device(work, plain_environment, ())

    done = device.run(f"./{name}", "--help")

    assert done.returncode == 0, done.stderr
