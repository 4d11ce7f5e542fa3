"""The stack in an app of somebody else's: what must be given, and what it is otherwise."""

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template
from cli_context import CONTEXT

from jitr_stack.authorities import Authority
from jitr_stack.platform import Platform
from jitr_stack.settings import Settings
from jitr_stack.stack import JitrStack

SETTINGS = Settings(
    name="fleet",
    account="123456789012",
    region="eu-central-1",
    architecture="x86_64",
    authorities={"devices": Authority()},
    tags={"Team": "devices"},
)


@pytest.fixture
def app() -> cdk.App:
    return cdk.App(context=CONTEXT, analytics_reporting=False)


def test_settings_alone_make_a_stack(app: cdk.App) -> None:
    stack = JitrStack(app, "Registration", settings=SETTINGS)

    assert (stack.stack_name, stack.account, stack.region) == ("fleet-jitr", "123456789012", "eu-central-1")
    Template.from_stack(stack).resource_count_is("AWS::IoT::TopicRule", 1)


def test_functions_run_where_the_settings_say(app: cdk.App) -> None:
    template = Template.from_stack(JitrStack(app, "Registration", settings=SETTINGS))

    assert runtimes_of_our_functions(template) == {("python3.14", "x86_64")}


def test_platform_and_name_may_be_given(app: cdk.App) -> None:
    stack = JitrStack(
        app, "Registration", settings=SETTINGS, platform=Platform("arm64", "3.13"), stack_name="of-ours"
    )

    assert stack.stack_name == "of-ours"
    assert runtimes_of_our_functions(Template.from_stack(stack)) == {("python3.13", "arm64")}


def test_tags_of_the_settings_are_on_the_resources(app: cdk.App) -> None:
    template = Template.from_stack(JitrStack(app, "Registration", settings=SETTINGS))

    team = {"Key": "Team", "Value": "devices"}
    template.has_resource_properties("AWS::KMS::Key", {"Tags": Match.array_with([team])})


def runtimes_of_our_functions(template: Template) -> set[tuple[str, str]]:
    functions = [body["Properties"] for body in template.find_resources("AWS::Lambda::Function").values()]
    return {(f["Runtime"], f["Architectures"][0]) for f in functions if f["Runtime"].startswith("python")}
