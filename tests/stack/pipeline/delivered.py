"""A pipeline of four environments, synthesised, and how its template is read."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks
from cli_context import CONTEXT

from jitr_stack import pipeline_settings, settings
from jitr_stack.pipeline import PipelineStack

ROOT = settings.ENVIRONMENTS.parent
EXAMPLE = ROOT / "pipeline.example.toml"
PLACE = 'account = "{account}"\nregion = "eu-central-1"\n[alarms]\nenabled = true\n[authorities.fleet]\n'
FILES = {
    "dev": PLACE.format(account="111111111111") + "[delivery]\nwave = 1\n",
    "test": PLACE.format(account="222222222222") + "[delivery]\nwave = 1\nalarm_minutes = 5\n",
    "prod": PLACE.format(account="333333333333") + "[delivery]\nwave = 2\napproval = true\n",
    "sandbox": PLACE.format(account="444444444444"),
}


def synthesised(folder: Path, outdir: Path, *, checked: bool = False) -> PipelineStack:
    """The pipeline of the environments in a folder."""
    app = cdk.App(context=CONTEXT, outdir=str(outdir), analytics_reporting=False)
    if checked:
        cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    pipeline = pipeline_settings.load(EXAMPLE)
    assert pipeline is not None
    stack = PipelineStack(app, settings=pipeline, environments=pipeline.environments(folder))
    app.synth()
    return stack


def stages_of(template: Template) -> dict[str, dict[str, Any]]:
    (pipeline,) = template.find_resources("AWS::CodePipeline::Pipeline").values()
    return {stage["Name"]: stage for stage in pipeline["Properties"]["Stages"]}


def in_order(stage: dict[str, Any]) -> list[str]:
    return [a["Name"] for a in sorted(stage["Actions"], key=lambda a: (a["RunOrder"], a["Name"]))]


def commands(template: Template, action: dict[str, Any]) -> str:
    """The build specification of an action's project."""
    project = template.to_json()["Resources"][action["Configuration"]["ProjectName"]["Ref"]]
    return json.dumps(project["Properties"]["Source"]["BuildSpec"]).replace("\\", "")


def role_of_build(template: Template, action: dict[str, Any]) -> str:
    """The name of the role in which an action's project runs."""
    resources = template.to_json()["Resources"]
    project = resources[action["Configuration"]["ProjectName"]["Ref"]]
    role = resources[project["Properties"]["ServiceRole"]["Fn::GetAtt"][0]]
    return str(role["Properties"].get("RoleName"))


def action(stages: dict[str, dict[str, Any]], stage: str, name: str) -> dict[str, Any]:
    return next(each for each in stages[stage]["Actions"] if each["Name"].endswith(name))


def roles_taken(template: Template, construct: str) -> list[str]:
    """The roles that the role of a step may take."""
    policies = template.find_resources("AWS::IAM::Policy")
    return [
        json.dumps(statement["Resource"]).rpartition(":role/")[2].rstrip('"]} ')
        for name, policy in policies.items()
        if construct in name
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "sts:AssumeRole"
    ]
