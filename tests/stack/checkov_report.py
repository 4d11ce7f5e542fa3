"""checkov's findings in templates, and the lines that acknowledge them."""

import json
import subprocess
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from permissions import unhashed

ROOT = Path(__file__).resolve().parents[2]
CHECKOV = ROOT / ".cache/checkov/bin/checkov"  # `make test` sees that it is there

Finding = tuple[str, str, str]
"""Environment, rule, and the resource's type and logical id without its hash."""


def acknowledged(file: Path) -> list[Finding]:
    """Environment (or `all`), rule and pattern of every line that gives a reason."""
    return [
        (environment, rule, pattern)
        for environment, rules in tomllib.loads(file.read_text()).items()
        for rule, lines in rules.items()
        for pattern, reason in lines.items()
        if reason
    ]


def differences(found: set[Finding], lines: list[Finding]) -> list[Finding]:
    """Give the findings that no line is about, and the lines that nothing answers to."""
    unacknowledged = [finding for finding in sorted(found) if not answers(finding, lines)]
    return unacknowledged + [line for line in lines if not any(answers(finding, [line]) for finding in found)]


def answers(finding: Finding, lines: list[Finding]) -> bool:
    """Whether one of the lines is about the finding."""
    environment, rule, resource = finding
    return any(
        where in (environment, "all") and rule == of and fnmatchcase(resource, pattern)
        for where, of, pattern in lines
    )


def checkov(templates: Mapping[str, Path]) -> set[Finding]:
    """What checkov finds in a template of each environment; it asks no service for its rules."""
    environments = {str(path): name for name, path in templates.items()}
    command = [CHECKOV, "--quiet", "--compact", "--skip-download", "--framework", "cloudformation"]
    done = subprocess.run(
        [*command, "--output", "json", "--file", *environments], capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout)
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["resource_count"] > 0
    return {
        (environments[found["file_abs_path"]], found["check_id"], unhashed(found["resource"]))
        for found in report["results"]["failed_checks"]
    }
