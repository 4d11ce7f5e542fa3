"""One rule for names, tags and exports, so that environments may share an account and Region."""

from typing import Any

import pytest
from aws_cdk.assertions import Template

from contract import Output
from jitr_stack import settings
from jitr_stack.settings import SettingsError

WITHOUT_TAGS = {"AWS::IAM::Policy", "AWS::SQS::QueuePolicy", "Custom::DevicePolicyRelease"}
"""Parts of other resources, and a custom resource that makes nothing."""


def resources(template: Template) -> list[dict[str, Any]]:
    return list(template.to_json()["Resources"].values())


def tags(resource: dict[str, Any]) -> dict[str, str]:
    """The tags of a resource: a list, a mapping, or on a table's one replica."""
    properties = resource["Properties"]
    found = properties.get("Tags", properties.get("Replicas", [{}])[0].get("Tags", {}))
    return found if isinstance(found, dict) else {tag["Key"]: tag["Value"] for tag in found}


def given_names(template: Template) -> set[tuple[str, str]]:
    """Names that the template gives, by the type of the resource; all else CloudFormation names.

    A role's inline policies have names that are the role's own affair.
    """
    return {
        (resource["Type"], value)
        for resource in resources(template)
        if resource["Type"] != "AWS::IAM::Policy"
        for key, value in resource["Properties"].items()
        if key.endswith("Name") and key != "MetricName" and isinstance(value, str)
    }


@pytest.mark.parametrize("environment", ["local", "dev", "prod", "exportable"])
def test_everything_says_which_environment_and_project_made_it(
    environment: str, templates: dict[str, Template]
) -> None:
    tagged = [each for each in resources(templates[environment]) if each["Type"] not in WITHOUT_TAGS]

    wanted = {"Environment": environment, "Project": "aws-iot-jitr"}
    assert [each["Type"] for each in tagged if not wanted.items() <= tags(each).items()] == []


def test_environments_give_no_name_twice(templates: dict[str, Template]) -> None:
    dev, prod = given_names(templates["dev"]), given_names(templates["prod"])

    assert ("AWS::SSM::Parameter", "/jitr/dev/authorities/fleet/key") in dev
    assert dev & prod == set()


def test_each_output_is_exported_under_the_stack_s_name(templates: dict[str, Template]) -> None:
    outputs = templates["prod"].to_json()["Outputs"]

    exported = {name: output["Export"]["Name"] for name, output in outputs.items()}
    assert exported == {output.value: f"prod-jitr-{output.value}" for output in Output}


@pytest.mark.parametrize("name", ["Environment", "Project", "environment", "PROJECT"])
@pytest.mark.parametrize(
    ("toml", "key"),
    [
        ("[authorities.fleet]\n[tags]\n", "tags"),
        ("[authorities.fleet.tags]\n", "authorities.fleet.tags"),
    ],
)
def test_the_project_s_own_tags_are_refused_to_a_file(tmp_path, toml: str, key: str, name: str) -> None:
    (tmp_path / "site.toml").write_text(f'{toml}{name} = "x"\n')

    with pytest.raises(SettingsError) as refused:
        settings.load("site", tmp_path, {})

    said = str(refused.value).removeprefix(f"{tmp_path}/")
    assert said.startswith(f"site.toml: {key}: {name} is given to everything by the project")
