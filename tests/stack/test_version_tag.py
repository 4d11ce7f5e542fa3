"""Every resource carries the version that was deployed, and a release alone replaces none of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Template
from cfnlint.schema.manager import ProviderSchemaManager

from jitr_stack import release, settings

SCHEMAS = ProviderSchemaManager()
TABLE = "AWS::DynamoDB::GlobalTable"
"""Its tags stand with its replica, changed without interruption (CloudFormation's ReplicaSpecification)."""


def tagging(type_: str) -> dict[str, Any]:
    """What CloudFormation says of tags on resources of a type; custom ones have none of its own."""
    if type_.startswith("Custom::"):
        return {}
    return SCHEMAS.get_resource_schema("us-east-1", type_).schema.get("tagging", {})


def tags(body: dict[str, Any]) -> dict[str, str]:
    """A resource's tags, written as pairs or as names and values."""
    properties = body["Properties"]
    found = properties["Replicas"][0]["Tags"] if body["Type"] == TABLE else properties.get("Tags", {})
    return found if isinstance(found, dict) else {tag["Key"]: tag["Value"] for tag in found}


@pytest.mark.parametrize("environment", ["local", "dev", "prod", "exportable"])
def test_every_resource_that_can_be_tagged_has_the_version(
    environment: str, templates: dict[str, Template]
) -> None:
    resources = templates[environment].to_json()["Resources"]
    taggable = {
        name: body
        for name, body in resources.items()
        if body["Type"] == TABLE or tagging(body["Type"]).get("taggable")
    }

    assert len(taggable) > 15
    assert {name for name, body in taggable.items() if tags(body).get("Version") != release.VERSION} == set()


def test_a_release_changes_tags_in_place_and_calls_on_no_authority(
    templates: dict[str, Template],
    synthesise: Callable[[str, Path], Template],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(release, "VERSION", "7.8.9")
    before = templates["prod"].to_json()["Resources"]

    after = synthesise("prod", settings.ENVIRONMENTS).to_json()["Resources"]
    changed = {body["Type"] for name, body in after.items() if body != before[name]}

    assert "AWS::KMS::Key" in changed
    assert {type_ for type_ in changed if not tagging(type_).get("tagUpdatable")} == {TABLE}
