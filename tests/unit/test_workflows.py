"""GitHub's workflows: what they run is pinned, what they may do is little, and no key is stored for them."""

import re
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


def test_there_are_workflows_for_the_gate_and_the_deploy() -> None:
    assert [file.name for file in FILES] == ["ci.yml", "deploy.yml"]


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


def test_every_environment_that_can_be_deployed_has_a_file() -> None:
    options = workflow("deploy.yml")[True]["workflow_dispatch"]["inputs"]["environment"]["options"]
    environments = {file.stem for file in (FOLDER.parents[1] / "environments").glob("*.toml")}

    assert set(options) <= environments
