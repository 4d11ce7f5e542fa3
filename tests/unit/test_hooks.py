"""What is checked before a commit: by the tools of `.venv`, and with what outcome."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = ROOT / ".pre-commit-config.yaml"
HOOKS: list[dict[str, Any]] = [
    hook for repo in yaml.safe_load(CONFIGURATION.read_text())["repos"] for hook in repo["hooks"]
]


def test_every_hook_is_of_this_checkout_so_that_its_version_is_locked() -> None:
    assert {repo["repo"] for repo in yaml.safe_load(CONFIGURATION.read_text())["repos"]} == {"local"}


@pytest.mark.parametrize(
    "hook", [hook for hook in HOOKS if hook["language"] == "system"], ids=lambda h: h["id"]
)
def test_a_hook_s_tool_is_installed_by_make_setup(hook: dict[str, Any]) -> None:
    folder, _, tool = hook["entry"].split()[0].rpartition("/")

    assert folder == ".venv/bin"
    assert (Path(sys.executable).parent / tool).is_file()


@pytest.mark.parametrize(
    ("hook", "text", "code"),
    [
        ("private-key", "-----BEGIN EC " + "PRIVATE KEY-----\nMHc\n", 1),
        ("private-key", "-----BEGIN CERTIFICATE-----\nMIIB\n", 0),
        ("merge-conflict", "<<<<" + "<<< main\n", 1),
        ("merge-conflict", "a heading\n=======\n", 0),
    ],
)
def test_what_must_not_be_committed_is_refused(hook: str, text: str, code: int, tmp_path: Path) -> None:
    shutil.copy(CONFIGURATION, tmp_path)
    (tmp_path / "file.txt").write_text(text)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    subprocess.run(["git", "-C", tmp_path, "add", "."], check=True)

    done = subprocess.run(
        [Path(sys.executable).parent / "pre-commit", "run", hook, "--all-files"],
        cwd=tmp_path,
        env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path / ".git" / "pre-commit")},
        capture_output=True,
        check=False,
    )

    assert done.returncode == code, done.stdout
