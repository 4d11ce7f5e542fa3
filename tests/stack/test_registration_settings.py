"""What an environment's settings make of the registration: numbers, ways, permissions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Template
from permissions import permissions

from jitr_stack import settings
from jitr_stack.settings import SettingsError

FLEET = "[authorities.fleet]\n"
DECISION = "arn:aws:lambda:eu-west-1:123456789012:function:decide"

Synthesis = Callable[[str], Template]


@pytest.fixture
def synthesis(synthesise: Callable[[str, Path], Template], tmp_path: Path) -> Synthesis:
    """Give the template of an environment with one authority and more settings."""

    def template(toml: str) -> Template:
        (tmp_path / "site.toml").write_text(toml)
        return synthesise("site", tmp_path)

    return template


def resource(template: Template, kind: str, part: str) -> dict[str, Any]:
    """The properties of the one resource of a kind whose logical id begins so."""
    found = template.find_resources(kind).items()
    (properties,) = [each["Properties"] for name, each in found if name.startswith(part)]
    return properties


def variables(template: Template) -> dict[str, Any]:
    """The registration function's environment variables."""
    return resource(template, "AWS::Lambda::Function", "RegistrationRegistrar")["Environment"]["Variables"]


def allowed(template: Template) -> set[tuple[tuple[str, ...], str]]:
    """What the registration function may do."""
    return permissions(template)["RegistrationRegistrarRole"]


def test_queue_function_and_poller_are_derived_from_the_quotas(templates: dict[str, Template]) -> None:
    prod = templates["prod"]

    function = resource(prod, "AWS::Lambda::Function", "RegistrationRegistrar")
    queue = resource(prod, "AWS::SQS::Queue", "RegistrationQueue")
    poller = resource(prod, "AWS::Lambda::EventSourceMapping", "RegistrationConsumer")

    assert (function["Timeout"], queue["VisibilityTimeout"]) == (12, 72)
    assert queue["MessageRetentionPeriod"] == 4 * 86_400 + 10_000
    assert (poller["BatchSize"], poller["ScalingConfig"]) == (10, {"MaximumConcurrency": 2})
    assert poller["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_each_function_has_its_share_of_the_quota(templates: dict[str, Template]) -> None:
    told = variables(templates["prod"])

    assert (told["REGISTRATIONS_PER_SECOND"], told["REFUSALS_PER_SECOND"]) == ("5", "0.25")


def test_dead_letters_are_kept_longer_than_what_waits(templates: dict[str, Template]) -> None:
    waiting = resource(templates["prod"], "AWS::SQS::Queue", "RegistrationQueue")
    dead = resource(templates["prod"], "AWS::SQS::Queue", "RegistrationDeadLetters")

    assert dead["MessageRetentionPeriod"] == 14 * 86_400 > waiting["MessageRetentionPeriod"]


def test_larger_quotas_raise_concurrency(synthesis: Synthesis) -> None:
    quotas = "[quotas]\nupdate_certificate = 100\nattach_policy = 100\n"

    template = synthesis(quotas + FLEET)

    poller = resource(template, "AWS::Lambda::EventSourceMapping", "RegistrationConsumer")
    assert poller["ScalingConfig"] == {"MaximumConcurrency": 5}


def test_the_rule_for_a_second_certificate_reaches_the_function(synthesis: Synthesis) -> None:
    assert variables(synthesis('second_certificate = "refuse"\n' + FLEET))["SECOND_CERTIFICATE"] == "refuse"


def test_without_extensions_the_function_may_not_reach_them(templates: dict[str, Template]) -> None:
    told, may = variables(templates["prod"]), allowed(templates["prod"])

    assert told.keys().isdisjoint({"DECISION_FUNCTION", "EVENT_BUS", "ADOPTED_CA_CERTIFICATE_IDS"})
    assert not any("lambda" in action or "events" in action for actions, _ in may for action in actions)


def test_the_owner_s_function_may_be_asked_and_no_other(synthesis: Synthesis) -> None:
    template = synthesis(f'decision_function = "{DECISION}"\n' + FLEET)

    assert variables(template)["DECISION_FUNCTION"] == DECISION
    assert (("lambda:InvokeFunction",), DECISION) in allowed(template)


@pytest.mark.parametrize(
    ("bus", "arn"),
    [
        ("fleet", "arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:event-bus/fleet"),
        ("arn:aws:events:eu-west-1:123456789012:event-bus/b",) * 2,
    ],
)
def test_outcomes_may_be_announced_on_the_named_bus_and_no_other(
    synthesis: Synthesis, bus: str, arn: str
) -> None:
    assert (("events:PutEvents",), arn) in allowed(synthesis(f'event_bus = "{bus}"\n' + FLEET))


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('second_certificate = "both"\n', "second_certificate: Input should be 'refuse', 'replace' or"),
        ("[quotas]\nupdate_certificate = 0\n", "quotas.update_certificate: Input should be greater than or"),
        ("[quotas]\nupdate_thing = 1\n", "quotas.update_thing: unknown key"),
        ("fleet_size = 10000000\n", "fleet_size: 10,000,000 devices at 10 a second take 11.6 days"),
        ('decision_function = "decide"\n', "decision_function: String should match pattern"),
        ('event_bus = "my bus"\n', "event_bus: String should match pattern"),
        (
            "require_issuance_record = false\n",
            "require_issuance_record: false needs an authority with custody =",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_key(tmp_path: Path, toml: str, said: str) -> None:
    (tmp_path / "site.toml").write_text(toml + FLEET)

    with pytest.raises(SettingsError) as refused:
        settings.load("site", tmp_path, {})

    assert str(refused.value).removeprefix(f"{tmp_path}/site.toml: ").startswith(said)
