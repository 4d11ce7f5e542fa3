"""The templates as they were last accepted, and what of a template is the same on every machine."""

import json
import re
from pathlib import Path
from typing import Any

from aws_cdk.assertions import Template

from jitr_stack import release, settings

ENVIRONMENTS = [*settings.names(), "exportable"]
"""Each environment of the repository, and one of the tests' own."""
ASSET_HASH = re.compile(r"\b[0-9a-f]{64}\b")
FOLDER = Path(__file__).resolve().parent / "__snapshots__" / "test_snapshots"


def file_of(environment: str) -> Path:
    """The snapshot's file, as syrupy names it after the test."""
    return FOLDER / f"test_template_is_the_accepted_one[{environment}].json"


def accepted(environment: str) -> dict[str, Any]:
    """The template as it was last accepted; nothing for an environment that is new."""
    file = file_of(environment)
    return json.loads(file.read_text()) if file.exists() else {}


def masked(environment: str, template: Template, version: str = release.VERSION) -> dict[str, Any]:
    """The template without what differs from machine to machine and from release to release.

    That is asset hashes, where it runs locally, and the version in tags (pairs, or names and values).
    """
    text = ASSET_HASH.sub("<asset>", json.dumps(template.to_json()))
    tag = rf'("Version"(?:, "Value")?): "{re.escape(version)}"'
    text = re.sub(tag, r'\1: "<version>"', text)
    return json.loads(_without_platform(text) if environment == "local" else text)


def _without_platform(text: str) -> str:
    text = re.sub(r'"python3\.\d+"', '"<python>"', text)
    return re.sub(r'"Architectures": \["\w+"\]', '"Architectures": ["<architecture>"]', text)
