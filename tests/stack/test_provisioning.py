"""What a template of things changes in the stack: a role, a variable, the device policy."""

import ast
import json
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks
from cli_context import CONTEXT
from permissions import permissions

import jitr_stack
from contract import Variable
from jitr_stack import settings
from jitr_stack.stage import EnvironmentStage

SHARED = {"contract", "registry", "provisioning.template"}
"""Modules that infrastructure and functions have in common."""

IOT = "arn:<AWS::Partition>:iot:<AWS::Region>:<AWS::AccountId>"
COMMON_NAME = "${iot:Certificate.Subject.CommonName}"
TEMPLATED = """
[authorities.fleet]
[provisioning]
thing_name = "${subject.common_name}-1"
thing_type = "zymkey"
groups = ["fleet-${environment.name}", "model-${subject.organizational_unit}", "${record.serial}"]
billing_group = "${environment.account}"
"""


@pytest.fixture(scope="module")
def templated_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one environment, which has a template of things."""
    folder = tmp_path_factory.mktemp("templated")
    (folder / "templated.toml").write_text(TEMPLATED)
    return folder


@pytest.fixture(scope="module")
def templated(synthesise: Callable[[str, Path], Template], templated_folder: Path) -> Template:
    """The template of that environment."""
    return synthesise("templated", templated_folder)


def looked_for(template: Template) -> set[tuple[str, str]]:
    """What the issuance function may describe: action and resource."""
    return {
        (action, resource)
        for actions, resource in permissions(template)["IssuanceIssuerRole"]
        for action in actions
        if action.startswith("iot:")
    }


def test_the_issuer_may_look_for_what_the_template_names_and_for_nothing_else(templated: Template) -> None:
    assert looked_for(templated) == {
        ("iot:DescribeThingType", f"{IOT}:thingtype/zymkey"),
        ("iot:DescribeThingGroup", f"{IOT}:thinggroup/fleet-templated"),
        ("iot:DescribeThingGroup", f"{IOT}:thinggroup/model-*"),
        ("iot:DescribeThingGroup", f"{IOT}:thinggroup/*"),
        ("iot:DescribeBillingGroup", f"{IOT}:billinggroup/<AWS::AccountId>"),
    }


@pytest.mark.parametrize("environment", ["local", "dev", "prod", "exportable"])
def test_without_a_template_it_may_ask_aws_iot_nothing(
    environment: str, templates: dict[str, Template]
) -> None:
    assert looked_for(templates[environment]) == set()


def test_the_template_travels_to_the_issuer(templated: Template) -> None:
    functions = templated.find_resources("AWS::Lambda::Function")
    (issuer,) = [body["Properties"] for name, body in functions.items() if "IssuanceIssuerFunction" in name]

    assert json.loads(issuer["Environment"]["Variables"][Variable.PROVISIONING_TEMPLATE]) == {
        "thing_name": "${subject.common_name}-1",
        "thing_type": "zymkey",
        "groups": ["fleet-${environment.name}", "model-${subject.organizational_unit}", "${record.serial}"],
        "billing_group": "${environment.account}",
        "attributes": {},
        "adopt_existing": False,
    }


def test_aws_solutions_finds_nothing_unacknowledged(templated_folder: Path, tmp_path: Path) -> None:
    app = cdk.App(context=CONTEXT, outdir=str(tmp_path), analytics_reporting=False)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    EnvironmentStage(app, settings.load("templated", templated_folder))

    app.synth()  # a finding raises


def test_things_named_otherwise_than_certificates_get_nothing_over_https(
    templated: Template, templates: dict[str, Template]
) -> None:
    # There, a device is known by its common name alone, which may be another one's thing.
    assert COMMON_NAME in device_policy(templates["prod"])
    assert COMMON_NAME not in device_policy(templated)


def test_infrastructure_imports_what_it_shares_with_the_functions_and_nothing_else_of_theirs() -> None:
    runtime = Path(jitr_stack.__file__).parent.parent / "lambda_src"
    theirs = {path.stem for path in runtime.iterdir() if path.suffix in {"", ".py"}}
    imported = {
        node.module
        for path in Path(jitr_stack.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module
    }

    assert {module for module in imported if module.split(".")[0] in theirs} == SHARED


def device_policy(template: Template) -> str:
    (policy,) = template.find_resources("AWS::IoT::Policy").values()
    return json.dumps(policy["Properties"]["PolicyDocument"])
