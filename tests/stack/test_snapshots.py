"""Each environment's template as it was last accepted; `make snapshots` accepts it anew, losses excepted."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from accepted import ASSET_HASH, ENVIRONMENTS, accepted, file_of, masked
from aws_cdk.assertions import Template
from stateful import losses
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension
from template_lines import difference

from jitr_stack import release, settings

ROOT = Path(__file__).resolve().parents[2]
HOW_TO_ACCEPT = "If that is meant: `make snapshots`, and commit what it writes."
HOW_TO_LOSE = (
    "If that is meant, take the resource out of {file} by hand, so that the commit shows it; "
    "then `make snapshots`."
)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_template_is_the_accepted_one(
    environment: str, templates: dict[str, Template], snapshot: SnapshotAssertion
) -> None:
    before, now = accepted(environment), masked(environment, templates[environment])

    # First, so that `make snapshots` does not accept a loss as well.
    lost = losses(before, now)
    assert not lost, "\n".join([*lost, HOW_TO_LOSE.format(file=file_of(environment).relative_to(ROOT))])
    same = now == snapshot(extension_class=JSONSnapshotExtension)
    assert same, "\n".join(["The template is another one:", difference(before, now), HOW_TO_ACCEPT])


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_code_of_functions_is_no_difference(environment: str, templates: dict[str, Template]) -> None:
    assert ASSET_HASH.findall(json.dumps(masked(environment, templates[environment]))) == []


def test_a_release_is_no_difference(
    templates: dict[str, Template],
    synthesise: Callable[[str, Path], Template],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(release, "VERSION", "7.8.9")

    released = synthesise("prod", settings.ENVIRONMENTS)

    assert "7.8.9" in json.dumps(released.to_json())
    assert masked("prod", released, "7.8.9") == masked("prod", templates["prod"])


def test_the_machine_is_a_difference_where_functions_run_in_lambda(templates: dict[str, Template]) -> None:
    local, prod = (json.dumps(masked(name, templates[name])) for name in ("local", "prod"))

    assert re.findall(r"python3\.\d+|arm64|x86_64", local) == []
    assert set(re.findall(r"python3\.\d+|arm64|x86_64", prod)) == {"arm64", "python3.14"}


def test_a_difference_is_read_without_the_template() -> None:
    before = {"Resources": {"Logs": {"Properties": {"RetentionInDays": 30, "Tags": ["a"]}}}}
    now = {"Resources": {"Logs": {"Properties": {"RetentionInDays": 365, "Tags": ["a", "b"]}}}}

    assert difference(before, now).splitlines() == [
        "-Resources.Logs.Properties.RetentionInDays: 30",
        "+Resources.Logs.Properties.RetentionInDays: 365",
        "+Resources.Logs.Properties.Tags[1]: 'b'",
    ]
