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


def test_each_acknowledgement_is_of_one_finding_that_is_there(
    tmp_path: Path, exportable_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acknowledged = instead_of_acknowledging(monkeypatch)
    monkeypatch.setenv("CDK_VALIDATION", "true")
    app = cdk.App(context=CONTEXT, outdir=str(tmp_path), analytics_reporting=False)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    for name in settings.names():
        EnvironmentStage(app, settings.load(name))
    EnvironmentStage(app, settings.load("exportable", exportable_folder))

    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    found = violations(tmp_path)

    assert [one for one in acknowledged if len(answered(one, found)) != 1] == []
    assert [one for one in found if not any(one in answered(line, found) for line in acknowledged)] == []


Finding = tuple[str, str]
"""Path of a construct, and what was found at it or below."""


def instead_of_acknowledging(monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """Have every acknowledgement noted in the list that is given, and not made."""
    noted: list[Finding] = []
    for name, module in list(sys.modules.items()):
        if name.startswith("jitr_stack.") and hasattr(module, "acknowledge"):
            monkeypatch.setattr(
                module,
                "acknowledge",
                lambda construct, finding, _: noted.append((construct.node.path, finding)),
            )
    return noted


def violations(assembly: Path) -> list[Finding]:
    report = json.loads((assembly / "validation-report.json").read_text())
    return [
        (construct["constructPath"], violation["ruleName"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]


def answered(acknowledgement: Finding, found: list[Finding]) -> list[Finding]:
    path, rule = acknowledgement
    return [(at, what) for at, what in found if what == rule and at.startswith(f"{path}/")]


def cfn_lint(*templates: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "cfn-lint"), "--non-zero-exit-code", "error"]
    return subprocess.run([*command, *templates], capture_output=True, text=True, check=False)


def test_cfn_lint_finds_no_error(assembly: Path) -> None:
    templates = sorted(str(path) for path in assembly.rglob("*.template.json"))

    lint = cfn_lint(*templates)

    assert len(templates) == 4
    assert lint.returncode == 0, lint.stdout


def test_cfn_lint_would_find_a_property_that_does_not_exist(tmp_path: Path) -> None:
    planted = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeOut": 72}}
    template = tmp_path / "planted.template.json"
    template.write_text(json.dumps({"Resources": {"Planted": planted}}))

    lint = cfn_lint(str(template))

    assert lint.returncode != 0
    assert "'VisibilityTimeOut' was unexpected" in lint.stdout
