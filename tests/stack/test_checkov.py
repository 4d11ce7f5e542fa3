"""checkov finds in the templates what stands in `checkov_acknowledged.toml`, and nothing else."""

import json
import subprocess
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from permissions import unhashed

ROOT = Path(__file__).resolve().parents[2]
CHECKOV = ROOT / ".cache/checkov/bin/checkov"  # `make test` sees that it is there
ACKNOWLEDGED = Path(__file__).with_name("checkov_acknowledged.toml")

pytestmark = pytest.mark.xdist_group("assembly")

Finding = tuple[str, str]
"""Rule, and the resource's type and logical id without its hash."""


def test_checkov_finds_what_is_acknowledged_and_nothing_else(assembly: Path) -> None:
    found = checkov(sorted(assembly.rglob("*.template.json")))

    assert [finding for finding in sorted(found) if not answers(finding, acknowledged())] == []
    assert [line for line in acknowledged() if not any(answers(finding, [line]) for finding in found)] == []


def test_checkov_would_find_a_role_that_may_do_everything(tmp_path: Path) -> None:
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    planted = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy}}
    template = tmp_path / "planted.template.json"
    template.write_text(json.dumps({"Resources": {"Planted01234567": planted}}))

    assert ("CKV_AWS_110", "AWS::IAM::ManagedPolicy.Planted") in checkov([template])


def acknowledged() -> list[Finding]:
    """Rule and pattern of every line that gives a reason."""
    rules = tomllib.loads(ACKNOWLEDGED.read_text())
    return [(rule, pattern) for rule, lines in rules.items() for pattern, reason in lines.items() if reason]


def answers(finding: Finding, lines: list[Finding]) -> bool:
    """Whether one of the lines is about the finding."""
    rule, resource = finding
    return any(rule == of and fnmatchcase(resource, pattern) for of, pattern in lines)


def checkov(templates: list[Path]) -> set[Finding]:
    """What checkov finds; it asks no service for its rules."""
    command = [CHECKOV, "--quiet", "--compact", "--skip-download", "--framework", "cloudformation"]
    done = subprocess.run(
        [*command, "--output", "json", "--file", *templates], capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout)
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["resource_count"] > 0
    return {(f["check_id"], unhashed(f["resource"])) for f in report["results"]["failed_checks"]}
