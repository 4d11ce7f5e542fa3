"""cdk-nag and cfn-lint find nothing that is not acknowledged, one finding at a time, with a reason."""

import json
import re
import subprocess
import sys
from pathlib import Path

import aws_cdk as cdk
import pytest
from cdk_nag import AwsSolutionsChecks
from cli_context import CONTEXT

from jitr_stack import settings
from jitr_stack.stage import EnvironmentStage

pytestmark = pytest.mark.xdist_group("assembly")


def test_aws_solutions_finds_nothing_unacknowledged(assembly: Path) -> None:
    report = json.loads((assembly / "validation-report.json").read_text())

    assert [
        (r["pluginName"], r["violations"]) for r in report["pluginReports"] if r["conclusion"] != "success"
    ] == []


def test_aws_solutions_would_find_an_unacknowledged_wildcard(tmp_path: Path) -> None:
    app = cdk.App(context=CONTEXT, outdir=str(tmp_path), analytics_reporting=False)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    stage = EnvironmentStage(app, settings.load("dev"))
    stage.stack.issuance.issuer.may("dynamodb:*", on=stage.stack.records.table.table_arn)

    with pytest.raises(RuntimeError, match=re.escape("AwsSolutions-IAM5[Action::dynamodb:*]")):
        app.synth()


def test_cfn_lint_finds_no_error(assembly: Path) -> None:
    templates = sorted(str(path) for path in assembly.rglob("*.template.json"))

    lint = subprocess.run(
        [str(Path(sys.executable).parent / "cfn-lint"), "--non-zero-exit-code", "error", *templates],
        capture_output=True,
        text=True,
        check=False,
    )

    assert len(templates) == 4
    assert lint.returncode == 0, lint.stdout
