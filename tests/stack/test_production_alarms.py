"""How production is watched and kept, and development is not: a test for each difference."""

import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from cli_context import CONTEXT

from jitr_stack import settings
from jitr_stack.stage import EnvironmentStage


@pytest.mark.parametrize(("environment", "alarms"), [("local", 0), ("dev", 0), ("prod", 10)])
def test_production_alone_has_alarms(environment: str, alarms: int, templates: dict[str, Template]) -> None:
    templates[environment].resource_count_is("AWS::CloudWatch::Alarm", alarms)


def test_one_certificate_that_nobody_issued_is_an_alarm_in_production(templates: dict[str, Template]) -> None:
    templates["prod"].has_resource_properties(
        "AWS::CloudWatch::Alarm", {"AlarmName": "prod-jitr-unissued", "Threshold": 1}
    )


def test_production_deploys_as_it_stands_for_its_alarms_name_no_topic(templates: dict[str, Template]) -> None:
    alarms = templates["prod"].find_resources("AWS::CloudWatch::Alarm").values()

    assert [alarm for alarm in alarms if "AlarmActions" in alarm["Properties"]] == []


@pytest.mark.parametrize(("environment", "protected"), [("local", False), ("dev", False), ("prod", True)])
def test_production_alone_is_protected_against_deletion(
    tmp_path: Path, *, environment: str, protected: bool
) -> None:
    app = cdk.App(context=CONTEXT, outdir=str(tmp_path), analytics_reporting=False)
    EnvironmentStage(app, settings.load(environment))
    app.synth()

    (manifest,) = tmp_path.glob(f"assembly-{environment}/manifest.json")
    artifacts = json.loads(manifest.read_text())["artifacts"].values()
    stacks = [each["properties"] for each in artifacts if each["type"] == "aws:cloudformation:stack"]

    assert [each.get("terminationProtection", False) for each in stacks] == [protected]
