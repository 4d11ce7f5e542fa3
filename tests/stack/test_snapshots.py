"""Each environment's template as it was last accepted; `make snapshots` accepts it anew."""

import json
import re

import pytest
from aws_cdk.assertions import Template
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

ASSET_HASH = re.compile(r"\b[0-9a-f]{64}\b")


@pytest.mark.parametrize("environment", ["local", "dev", "prod", "exportable"])
def test_template_is_the_accepted_one(
    environment: str, templates: dict[str, Template], snapshot: SnapshotAssertion
) -> None:
    template = masked(templates[environment])

    assert template == snapshot(name=environment, extension_class=JSONSnapshotExtension)


def masked(template: Template) -> object:
    """The template without what differs from machine to machine: asset hashes, and the local platform."""
    text = ASSET_HASH.sub("<asset>", json.dumps(template.to_json()))
    text = re.sub(r'"python3\.\d+"', '"<python>"', text)
    return json.loads(re.sub(r'"Architectures": \["\w+"\]', '"Architectures": ["<architecture>"]', text))
