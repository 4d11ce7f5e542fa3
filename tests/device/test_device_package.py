"""The scripts run on the device's own Python, from wherever the folder was copied to."""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.device.held_key import SCRIPTS, SYSTEM_PYTHON, Device

COMMANDS = ["make_csr", "connect", "renew", "doctor"]
SOURCES = [*sorted((SCRIPTS / "jitr_device").rglob("*.py")), *(SCRIPTS / name for name in COMMANDS)]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_the_syntax_is_python_3_9s(source: Path) -> None:
    ast.parse(source.read_text(), feature_version=(3, 9))


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
