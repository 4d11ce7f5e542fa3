"""checkov finds in the templates what stands in `checkov_acknowledged.toml`, and nothing else."""

import json
from pathlib import Path

import pytest
from checkov_report import acknowledged, checkov, differences

ACKNOWLEDGED = Path(__file__).with_name("checkov_acknowledged.toml")

pytestmark = pytest.mark.xdist_group("assembly")


def test_checkov_finds_what_is_acknowledged_and_nothing_else(assembly: Path) -> None:
    found = checkov(
        {file.parent.name.removeprefix("assembly-"): file for file in assembly.rglob("*.template.json")}
    )

    assert differences(found, acknowledged(ACKNOWLEDGED)) == []


def test_checkov_would_find_a_role_that_may_do_everything(tmp_path: Path) -> None:
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    planted = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy}}
    template = tmp_path / "planted.template.json"
    template.write_text(json.dumps({"Resources": {"Planted01234567": planted}}))

    assert ("dev", "CKV_AWS_110", "AWS::IAM::ManagedPolicy.Planted") in checkov({"dev": template})


def test_a_line_that_nothing_answers_to_would_be_found() -> None:
    line = ("all", "CKV_AWS_117", "AWS::Lambda::Function.*")
    other = ("prod", "CKV_AWS_116", "AWS::Lambda::Function.Issuer")

    assert differences({("prod", "CKV_AWS_117", "AWS::Lambda::Function.Issuer")}, [line]) == []
    assert differences({other}, [line]) == [other, line]


def test_a_line_about_one_environment_acknowledges_nothing_in_another() -> None:
    rule, resource = "CKV_AWS_111", "AWS::IAM::Policy.Registrar"
    local, prod = ("local", rule, resource), ("prod", rule, resource)

    assert differences({local, prod}, [local]) == [prod]
