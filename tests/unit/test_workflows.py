"""GitHub's workflows: what they run is pinned, what they may do is little, and no key is stored for them."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).resolve().parents[2] / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


def workflow(name: str) -> dict[Any, Any]:
    """A workflow as GitHub reads it; YAML takes the key `on` for true."""
    loaded: dict[Any, Any] = yaml.safe_load((FOLDER / name).read_text())
    return loaded


def steps(file: Path) -> list[dict[str, Any]]:
    return [step for job in workflow(file.name)["jobs"].values() for step in job.get("steps", [])]


def uses(file: Path) -> list[str]:
    return [line.strip() for line in file.read_text().splitlines() if re.match(r"\s*(- )?uses:", line)]


def test_there_are_workflows_for_the_gate_the_deploy_and_what_becomes_known() -> None:
    assert [file.name for file in FILES] == ["audit.yml", "ci.yml", "deploy.yml"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_action_is_pinned_by_commit_and_names_its_version(file: Path) -> None:
    assert [line for line in uses(file) if not PINNED.search(line)] == []


def test_an_action_is_the_same_commit_wherever_it_is_used() -> None:
    pins = {line.partition("uses: ")[2] for file in FILES for line in uses(file)}

    names = [pin.partition("@")[0] for pin in pins]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nothing_is_allowed_but_by_a_job_that_needs_it(file: Path) -> None:
    assert workflow(file.name)["permissions"] == {}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_stored_secret_is_read(file: Path) -> None:
    assert "secrets" not in file.read_text()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_checkout_leaves_a_token_behind(file: Path) -> None:
    checkouts = [step for step in steps(file) if step.get("uses", "").startswith("actions/checkout@")]

    assert checkouts
    assert {step["with"]["persist-credentials"] for step in checkouts} == {False}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_job_ends_in_time(file: Path) -> None:
    jobs = workflow(file.name)["jobs"]

    assert [name for name, job in jobs.items() if "timeout-minutes" not in job] == []


def test_ci_starts_by_what_gives_a_fork_no_rights() -> None:
    assert set(workflow("ci.yml")[True]) == {"pull_request", "push"}


def test_a_job_of_ci_that_writes_runs_nothing_of_the_pull_request() -> None:
    writing = {
        name: job
        for name, job in workflow("ci.yml")["jobs"].items()
        if "write" in job["permissions"].values()
    }

    assert list(writing) == ["comment"]
    assert "actions/checkout" not in str(writing)


def test_a_deploy_is_asked_for_by_hand() -> None:
    assert set(workflow("deploy.yml")[True]) == {"workflow_dispatch"}


def test_the_difference_is_shown_before_the_approval_and_is_what_is_deployed() -> None:
    jobs = workflow("deploy.yml")["jobs"]

    environments = {name: job.get("environment") for name, job in jobs.items()}

    assert environments == {
        "passed": None,
        "diff": "${{ inputs.environment }}-diff",
        "deploy": "${{ inputs.environment }}",
    }
    assert (jobs["diff"]["needs"], jobs["deploy"]["needs"]) == ("passed", "diff")
    assert "cdk synth" not in str(jobs["deploy"])
    assert "cdk deploy --app cdk.out" in str(jobs["deploy"])


def guarded(folder: Path, head: str) -> subprocess.CompletedProcess[str]:
    """The first step of a deploy of the commit `shown`, where GitHub says that main is at `head`."""
    (folder / "gh").write_text(f"#!/bin/sh\necho {head}\n")
    (folder / "gh").chmod(0o755)
    step = workflow("deploy.yml")["jobs"]["deploy"]["steps"][0]
    variables = {"PATH": f"{folder}:/usr/bin:/bin", "GITHUB_SHA": "shown", "GITHUB_REPOSITORY": "o/r"}
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", step["run"]],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_an_older_run_has_shown_is_not_deployed_over_what_came_since(tmp_path: Path) -> None:
    older = guarded(tmp_path, "newer")

    assert older.returncode == 1
    assert "main is at newer now, and this run has shown shown" in older.stdout
    assert guarded(tmp_path, "shown").returncode == 0


def test_a_head_that_cannot_be_asked_for_stops_a_deploy(tmp_path: Path) -> None:
    assert guarded(tmp_path, "; exit 1").returncode == 1


def test_what_was_shown_is_kept_for_a_day() -> None:
    days = [
        step["with"]["retention-days"]
        for step in steps(FOLDER / "deploy.yml")
        if "retention-days" in step.get("with", {})
    ]

    assert days == [1]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_may_ask_for_a_role_installs_no_more_than_a_deploy_takes(file: Path) -> None:
    may = [job for job in workflow(file.name)["jobs"].values() if "id-token" in job["permissions"]]
    made = {step["run"] for job in may for step in job["steps"] if step.get("run", "").startswith("make ")}

    assert made <= {"make setup-deploy"}


def test_every_environment_that_can_be_deployed_has_a_file() -> None:
    options = workflow("deploy.yml")[True]["workflow_dispatch"]["inputs"]["environment"]["options"]
    environments = {file.stem for file in (FOLDER.parents[1] / "environments").glob("*.toml")}

    assert set(options) <= environments
