"""bandit finds nothing in what is deployed and run that is not acknowledged at its line."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = sorted(str(path) for path in (ROOT / "scripts/device").iterdir() if path.is_file())
"""The device's commands have no `.py`, by which bandit knows what to look at in a folder."""


def bandit(*targets: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bandit", "--quiet", "--recursive", "--configfile", "pyproject.toml"]
    return subprocess.run([*command, *targets], cwd=ROOT, capture_output=True, text=True, check=False)


def test_bandit_finds_nothing_unacknowledged() -> None:
    found = bandit("app.py", "jitr_stack", "lambda_src", "scripts", *PROGRAMS)

    assert (found.returncode, found.stdout) == (0, "")


def test_bandit_would_find_a_command_given_to_a_shell(tmp_path: Path) -> None:
    planted = tmp_path / "planted"
    planted.write_text("import subprocess\nsubprocess.run(input(), shell=True)\n")

    found = bandit(str(planted))

    assert found.returncode == 1
    assert "B602" in found.stdout
