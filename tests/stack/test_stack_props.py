"""The stack in an app of somebody else's: what must be given, and what it is otherwise."""

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template
from cli_context import CONTEXT

from jitr_stack.authorities import Authority
from jitr_stack.certificate_authority import AuthorityRegistrar, CertificateAuthority
from jitr_stack.device_access import DeviceAccess
from jitr_stack.issuance import Issuance
from jitr_stack.platform import Platform
from jitr_stack.records import IssuanceRecords
from jitr_stack.registration import Registration
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


def test_constructs_fit_together_in_a_stack_of_one_s_own(app: cdk.App) -> None:
    stack, platform = cdk.Stack(app, "Own"), Platform("arm64")
    records = IssuanceRecords(stack, "Records", settings=SETTINGS)
    access = DeviceAccess(stack, "Access", settings=SETTINGS, platform=platform)
    registrar = AuthorityRegistrar(stack, "Registrar", settings=SETTINGS, platform=platform)
    devices = CertificateAuthority(
        stack,
        "Devices",
        name="devices",
        authority=SETTINGS.authorities["devices"],
        settings=SETTINGS,
        registrar=registrar,
    )
    Issuance(stack, "Issuance", settings=SETTINGS, platform=platform, authority=devices, records=records)
    Registration(
        stack,
        "Registration",
        settings=SETTINGS,
        platform=platform,
        authorities=[devices],
        records=records,
        access=access,
    )

    template = Template.from_stack(stack)

    for kind in ("Custom::CertificateAuthority", "AWS::IoT::Policy", "AWS::IoT::TopicRule", "AWS::KMS::Key"):
        template.resource_count_is(kind, 1)


def runtimes_of_our_functions(template: Template) -> set[tuple[str, str]]:
    functions = [body["Properties"] for body in template.find_resources("AWS::Lambda::Function").values()]
    return {(f["Runtime"], f["Architectures"][0]) for f in functions if f["Runtime"].startswith("python")}
