"""A logical id that changes under what holds state: the message says what a deploy would take away."""

from pathlib import Path

import aws_cdk as cdk
import pytest
from accepted import accepted
from aws_cdk.assertions import Template
from cli_context import CONTEXT
from stateful import HELD, STATELESS, losses

from jitr_stack import settings
from jitr_stack.stack import JitrStack
from jitr_stack.stage import EnvironmentStage


@pytest.fixture
def stacks(exportable_folder: Path, tmp_path: Path) -> dict[str, JitrStack]:
    """The stacks of three environments, not synthesised yet."""
    app = cdk.App(context=CONTEXT, outdir=str(tmp_path), analytics_reporting=False)
    folders = {"dev": settings.ENVIRONMENTS, "prod": settings.ENVIRONMENTS, "exportable": exportable_folder}
    return {
        name: EnvironmentStage(app, settings.load(name, folder)).stack for name, folder in folders.items()
    }


def give_another_id(stack: JitrStack, logical_id: str) -> None:
    """Let a resource have the logical id `Elsewhere`, as if its construct had been renamed."""
    resources = (each for each in stack.node.find_all() if isinstance(each, cdk.CfnResource))
    (resource,) = [each for each in resources if stack.get_logical_id(each) == logical_id]
    resource.override_logical_id("Elsewhere")


@pytest.mark.parametrize(
    ("environment", "logical_id", "lost"),
    [
        ("dev", "RecordsTableC9B7A30B", "destroy the issuance records, without which no device comes in"),
        (
            "prod",
            "RecordsTableC9B7A30B",
            "leave behind, outside the stack, the issuance records, without which no device comes in",
        ),
        ("dev", "AuthorityfleetKeyP2562F789564", "destroy an authority's key, which nobody can make again"),
        (
            "exportable",
            "AuthorityfleetKeyRSA2048ABE3C7DF",
            "destroy an authority's exportable key, which nobody can make again",
        ),
        (
            "dev",
            "AuthorityfleetKeyParameterCCC5999E",
            "destroy the parameter that names an authority's key",
        ),
        (
            "dev",
            "AuthorityfleetRegistration8170384F",
            "destroy an authority's registration, by which its devices connect",
        ),
        ("dev", "DeviceAccessPolicy6F1BD22C", "destroy the device policy, which every device holds"),
        ("prod", "RegistrationQueue9CC116AF", "destroy a queue, with the devices that wait in it"),
        ("prod", "RegistrationDeadLetters91FFF280", "destroy a queue, with the devices that wait in it"),
        ("dev", "IssuanceIssuerLogs4A256774", "destroy the log of a function"),
    ],
)
def test_a_changed_logical_id_fails_with_what_a_deploy_would_take_away(
    stacks: dict[str, JitrStack], environment: str, logical_id: str, lost: str
) -> None:
    before = accepted(environment)
    give_another_id(stacks[environment], logical_id)

    (said,) = losses(before, Template.from_stack(stacks[environment]).to_json())

    kind = before["Resources"][logical_id]["Type"]
    assert said == f"a deploy would {lost}: {logical_id} ({kind}) is gone; new and empty: Elsewhere"


def test_what_is_taken_away_without_another_is_lost_as_well() -> None:
    queue = {"Resources": {"Waiting": {"Type": "AWS::SQS::Queue"}}}

    assert losses(queue, {"Resources": {}}) == [
        "a deploy would destroy a queue, with the devices that wait in it: Waiting (AWS::SQS::Queue) is gone"
    ]


def test_what_holds_no_state_may_go() -> None:
    assert losses({"Resources": {"Role": {"Type": "AWS::IAM::Role"}}}, {"Resources": {}}) == []


def test_each_type_of_resource_is_known_to_hold_state_or_not(templates: dict[str, Template]) -> None:
    made = {r["Type"] for each in templates.values() for r in each.to_json()["Resources"].values()}

    assert made - HELD.keys() - STATELESS == set()
