"""The embedded AWS gets concessions; no other environment does."""

import re
from pathlib import Path

import pytest
from aws_cdk.assertions import Template
from permissions import permissions

from jitr_stack import settings

ANY_RESOURCE = {
    "iot:AttachPolicy",
    "iot:DescribeCACertificate",
    "iot:UpdateCACertificate",
    "iot:DeleteCACertificate",
}


def test_local_may_act_where_the_embedded_aws_asks_for_any_resource(templates: dict[str, Template]) -> None:
    assert allowed_on_any_resource(templates["local"]) >= ANY_RESOURCE


@pytest.mark.parametrize("environment", ["dev", "prod", "exportable"])
def test_no_other_environment_may(environment: str, templates: dict[str, Template]) -> None:
    assert allowed_on_any_resource(templates[environment]) == {
        "iot:GetRegistrationCode",
        "iot:ListCertificatesByCA",
        "iot:ListPrincipalThings",
        "iot:RegisterCACertificate",
    }


@pytest.mark.parametrize("environment", ["dev", "prod", "exportable"])
def test_every_other_environment_runs_on_arm_with_the_latest_python_and_queues_over_tls(
    environment: str, templates: dict[str, Template]
) -> None:
    templates[environment].resource_count_is("AWS::SQS::QueuePolicy", 2)
    functions = templates[environment].find_resources("AWS::Lambda::Function").values()
    ours = [f["Properties"] for f in functions if "Architectures" in f["Properties"]]
    platforms = {(f["Runtime"], *f["Architectures"]) for f in ours}

    assert platforms == {("python3.14", "arm64")}


def test_messages_are_hidden_in_batches_by_an_action_that_only_the_embedded_aws_has(
    templates: dict[str, Template],
) -> None:
    asking = {
        name
        for name, template in templates.items()
        for statements in permissions(template).values()
        for actions, _ in statements
        if "sqs:ChangeMessageVisibilityBatch" in actions
    }

    assert asking == {"local"}


def test_only_local_among_the_environments_asks_for_them() -> None:
    assert [name for name in settings.names() if settings.load(name).local] == ["local"]


def test_a_real_account_is_refused_the_concessions(tmp_path: Path) -> None:
    (tmp_path / "sly.toml").write_text('local = true\naccount = "123456789012"\n[authorities.fleet]\n')

    with pytest.raises(settings.SettingsError, match=re.escape('local: needs account = "000000000000"')):
        settings.load("sly", tmp_path)


def allowed_on_any_resource(template: Template) -> set[str]:
    statements = set().union(*permissions(template).values())
    return {action for actions, resource in statements if resource == "*" for action in actions}
