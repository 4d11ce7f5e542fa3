"""`.ci/template-diff`: two commits' templates beside each other, in Markdown that fits a comment."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "scripts" / "template_diff.py"

APP = """
import os, pathlib
out = pathlib.Path(os.environ["CDK_OUTDIR"])
out.mkdir()
for number in range(int(pathlib.Path("count").read_text())):
    out.joinpath(f"dev{number or ''}.template.json").write_text(pathlib.Path("template.json").read_text())
"""
"""Stands in for the CDK app: a commit's `template.json` is its template, as often as `count` says."""


class Repository:
    """A clone with one app."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet")
        (folder / "app.py").write_text(APP)
        (folder / "count").write_text("1")

    def git(self, *arguments: str) -> str:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        return subprocess.run(
            ["git", *who, *arguments], cwd=self.folder, check=True, capture_output=True, text=True
        ).stdout.strip()

    def commit(self, template: str, **files: str) -> str:
        (self.folder / "template.json").write_text(template)
        for name, text in files.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(text)
        self.git("add", ".")
        self.git("commit", "--quiet", "--allow-empty", "-m", "a change")
        return self.git("rev-parse", "HEAD")

    def diff(self, base: str, head: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(PROGRAM), base, head],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def resources(**types: str) -> str:
    return json.dumps({"Resources": {name: {"Type": kind} for name, kind in types.items()}})


def queue(**properties: object) -> str:
    return json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": properties}}})


def test_resources_that_go_stand_before_those_that_come(repository: Repository) -> None:
    base = repository.commit(resources(Records="AWS::DynamoDB::Table"))
    head = repository.commit(resources(Audit="AWS::DynamoDB::Table"))

    said = repository.diff(base, head).stdout

    assert (
        "#### dev\n\n- **removed** `Records` (AWS::DynamoDB::Table)\n- added `Audit` (AWS::DynamoDB::Table)"
        in said
    )


def test_a_changed_property_is_shown_as_lines_before_and_after(repository: Repository) -> None:
    base, head = repository.commit(queue(DelaySeconds=1)), repository.commit(queue(DelaySeconds=2))

    said = repository.diff(base, head).stdout

    assert "- changed `Q` (AWS::SQS::Queue)" in said
    assert '\n-    "DelaySeconds": 1\n+    "DelaySeconds": 2\n' in said


def test_a_hash_of_an_asset_is_no_difference(repository: Repository) -> None:
    base = repository.commit(queue(Name=f"{'a' * 64}.zip"))
    head = repository.commit(queue(Name=f"{'b' * 64}.zip"))

    assert "Nothing: 1 templates are as they were." in repository.diff(base, head).stdout


@pytest.mark.parametrize(
    "name", ["lambda_src/registry.py", "jitr_stack/bundling.py", "jitr_stack/platform.py"]
)
def test_a_file_that_decides_what_a_zip_holds_is_named(name: str, repository: Repository) -> None:
    base = repository.commit(queue(), **{name: "a = 1"})
    head = repository.commit(queue(), **{name: "a = 2"})

    said = repository.diff(base, head).stdout

    assert "Nothing: 1 templates are as they were." in said
    assert f"The functions' zips may differ, by these files:\n\n- `{name}`\n" in said


def test_a_long_difference_is_cut_so_that_it_fits_a_comment(repository: Repository) -> None:
    base = repository.commit(queue())
    head = repository.commit(queue(**{f"Property{number}": "x" * 100 for number in range(2000)}))

    said = repository.diff(base, head).stdout

    assert 20_000 < len(said) < 65_536
    assert "more lines" in said


@pytest.mark.timeout(60)
@pytest.mark.parametrize("count", ["15", "40", "400"])
def test_many_templates_that_differ_fit_a_comment(count: str, repository: Repository) -> None:
    (repository.folder / "count").write_text(count)
    base = repository.commit(resources())
    head = repository.commit(
        resources(**{f"A{'x' * 60}{number}": "AWS::SQS::Queue" for number in range(500)})
    )

    said = repository.diff(base, head).stdout

    assert 20_000 < len(said) < 65_536
    assert "more resources" in said
    assert said.count("#### dev") + left_out(said) == int(count)


def left_out(said: str) -> int:
    found = re.search(r"(\d+) more templates that differ, left out", said)
    return int(found[1]) if found else 0


def test_many_files_fit_a_comment(repository: Repository) -> None:
    base = repository.commit(queue())
    head = repository.commit(queue(), **{f"lambda_src/{'x' * 100}{number}": "" for number in range(600)})

    said = repository.diff(base, head).stdout

    assert len(said) < 65_536
    assert "more files" in said


def test_an_app_that_fails_is_an_error_and_says_what_it_said(repository: Repository) -> None:
    base = repository.commit(queue())
    (repository.folder / "app.py").write_text('raise SystemExit("no such environment")')
    head = repository.commit(queue())

    done = repository.diff(base, head)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("no such environment\n")


def test_an_unknown_commit_is_an_error(repository: Repository) -> None:
    base = repository.commit(queue())

    done = repository.diff(base, "no-such-commit")

    assert done.returncode == 1
    assert "no-such-commit" in done.stderr


@pytest.mark.parametrize("name", ["AWS_SECRET_ACCESS_KEY", "GH_TOKEN", "ANY_OTHER"])
def test_the_app_is_handed_down_no_credentials(
    name: str, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "a value")
    (repository.folder / "app.py").write_text(f'{APP}\nassert "{name}" not in os.environ, "seen"')
    commit = repository.commit(queue())

    assert repository.diff(commit, commit).stderr == ""


def test_the_app_has_an_empty_home(repository: Repository) -> None:
    (repository.folder / "app.py").write_text(f"{APP}\nassert list(pathlib.Path.home().iterdir()) == []")
    commit = repository.commit(queue())

    assert repository.diff(commit, commit).stderr == ""


def test_a_commit_s_own_packages_are_installed_by_hash_alone(repository: Repository) -> None:
    (repository.folder / "requirements.txt").write_text("unhashed==1.0\n")
    base = repository.commit(queue())
    (repository.folder / "requirements.txt").unlink()

    done = repository.diff(base, base)

    assert done.returncode == 1
    assert "unhashed==1.0" in done.stderr
    assert "--require-hashes" in done.stderr
