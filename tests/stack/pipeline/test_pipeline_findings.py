"""cdk-nag and cfn-lint about the pipeline, and the app that brings it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from delivered import EXAMPLE, ROOT


@pytest.mark.usefixtures("stack")
def test_aws_solutions_finds_nothing_unacknowledged(outdir: Path) -> None:
    report = json.loads((outdir / "validation-report.json").read_text())

    assert [r["violations"] for r in report["pluginReports"] if r["conclusion"] != "success"] == []


@pytest.mark.usefixtures("stack")
def test_cfn_lint_finds_no_error(outdir: Path) -> None:
    templates = sorted(str(path) for path in outdir.rglob("*.template.json"))
    command = [str(Path(sys.executable).parent / "cfn-lint"), "--format", "json", *templates]

    lint = subprocess.run(command, capture_output=True, text=True, check=False)

    found = [each for each in json.loads(lint.stdout) if each["Level"] == "Error"]
    assert len(templates) == 7
    assert [each for each in found if each["Message"] != OF_STYLE] == []


OF_STYLE = "Prefer using Fn::Sub over Fn::Join with an empty delimiter"
"""An informational rule, which cfn-lint gives out as an error in the configuration of an action."""


def test_the_app_has_the_pipeline_where_its_file_is(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "CDK_OUTDIR": str(tmp_path), "JITR_PIPELINE": str(EXAMPLE)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    made = {path.name for path in tmp_path.iterdir() if path.name.startswith("assembly-")}
    assert made == {f"assembly-{name}" for name in ("dev", "local", "prod", *DELIVERED)}


DELIVERED = ("jitr-pipeline-dev", "jitr-pipeline-prod")
