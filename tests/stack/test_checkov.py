"""checkov finds in the templates what stands in `checkov_acknowledged.toml`, and nothing else."""

import json
from pathlib import Path

import pytest
from checkov_report import acknowledged, checkov, differences

ACKNOWLEDGED = Path(__file__).with_name("checkov_acknowledged.toml")

pytestmark = pytest.mark.xdist_group("assembly")


def test_checkov_finds_what_is_acknowledged_and_nothing_else(assembly: Path) -> None:
    found = checkov(sorted(assembly.rglob("*.template.json")))

    assert differences(found, acknowledged(ACKNOWLEDGED)) == []


def test_checkov_would_find_a_role_that_may_do_everything(tmp_path: Path) -> None:
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    planted = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy}}
    template = tmp_path / "planted.template.json"
    template.write_text(json.dumps({"Resources": {"Planted01234567": planted}}))

    assert ("CKV_AWS_110", "AWS::IAM::ManagedPolicy.Planted") in checkov([template])


def test_a_line_that_nothing_answers_to_would_be_found() -> None:
    line = ("CKV_AWS_117", "AWS::Lambda::Function.*")

    assert differences({("CKV_AWS_117", "AWS::Lambda::Function.Issuer")}, [line]) == []
    assert differences({("CKV_AWS_116", "AWS::Lambda::Function.Issuer")}, [line]) == [
        ("CKV_AWS_116", "AWS::Lambda::Function.Issuer"),
        line,
    ]
