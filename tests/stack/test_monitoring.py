"""The alarms of an environment: what they watch, when they go off, and whom they tell."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from cli_context import CONTEXT

from jitr_stack import settings
from jitr_stack.settings import SettingsError
from jitr_stack.stage import EnvironmentStage
from tests.unit.registration.world import new_world

ON = "[alarms]\nenabled = true\n"
FLEET = "[authorities.fleet]\n"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:on-call"
FUNCTIONS = ("certificate-authority", "device-access", "issuance", "registration")

Alarms = dict[str, dict[str, Any]]
Synthesis = Callable[[str], Alarms]


@pytest.fixture
def synthesis(synthesise: Callable[[str, Path], Template], tmp_path: Path) -> Synthesis:
    """Give the alarms of an environment `site`, by name without `site-jitr-`."""

    def alarms(toml: str) -> Alarms:
        (tmp_path / "site.toml").write_text(toml)
        found = synthesise("site", tmp_path).find_resources("AWS::CloudWatch::Alarm").values()
        return {
            each["Properties"]["AlarmName"].removeprefix("site-jitr-"): each["Properties"] for each in found
        }

    return alarms


@pytest.fixture(scope="module")
def production(templates: dict[str, Template]) -> Alarms:
    """The alarms of the environment `prod`, by full name."""
    found = templates["prod"].find_resources("AWS::CloudWatch::Alarm").values()
    return {each["Properties"]["AlarmName"]: each["Properties"] for each in found}


def dimensions(alarm: dict[str, Any]) -> dict[str, Any]:
    return {each["Name"]: each["Value"] for each in alarm["Dimensions"]}


def test_an_environment_with_alarms_has_one_of_each(synthesis: Synthesis) -> None:
    of_functions = {f"{name}-{what}" for name in FUNCTIONS for what in ("errors", "throttles")}

    assert set(synthesis(ON + FLEET)) == {"dead-letters", "retrying", "unissued", "waiting", *of_functions}


def test_an_environment_has_none_unless_it_says_so(synthesis: Synthesis) -> None:
    assert synthesis(FLEET) == {}


def test_alarms_are_found_by_the_name_of_their_environment(tmp_path: Path, production: Alarms) -> None:
    app = cdk.App(context=CONTEXT, outdir=str(tmp_path), analytics_reporting=False)
    stack = EnvironmentStage(app, settings.load("prod")).stack

    assert set(stack.monitoring.alarms) == set(production)
    assert all(name.startswith("prod-jitr-") for name in production)


def test_a_single_dead_letter_is_an_alarm_that_silence_does_not_end(synthesis: Synthesis) -> None:
    alarm = synthesis(ON + FLEET)["dead-letters"]

    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
    assert dimensions(alarm) == {
        "QueueName": {"Fn::GetAtt": ["RegistrationDeadLetters91FFF280", "QueueName"]}
    }
    assert (alarm["Threshold"], alarm["EvaluationPeriods"], alarm["Statistic"]) == (1, 1, "Maximum")
    assert alarm["TreatMissingData"] == "ignore"


@pytest.mark.parametrize(
    ("toml", "seconds"),
    [
        ("", 167 * 60),  # 100,000 devices, ten a second
        ("fleet_size = 10\n", 60 * 60),
        ("fleet_size = 1000000\n", 1667 * 60),
        ("quotas.update_certificate = 1\n", 1667 * 60),
    ],
)
def test_a_device_may_wait_as_long_as_its_whole_fleet_takes(
    synthesis: Synthesis, toml: str, seconds: int
) -> None:
    alarm = synthesis(toml + ON + FLEET)["waiting"]

    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/SQS", "ApproximateAgeOfOldestMessage")
    assert dimensions(alarm) == {"QueueName": {"Fn::GetAtt": ["RegistrationQueue9CC116AF", "QueueName"]}}
    assert (alarm["Threshold"], alarm["Statistic"]) == (seconds, "Maximum")


@pytest.mark.parametrize(
    ("toml", "periods"), [("", 34), ("fleet_size = 10\n", 12), ("fleet_size = 2000000\n", 288)]
)
def test_what_is_put_back_all_the_time_is_an_alarm_though_no_message_grows_old(
    synthesis: Synthesis, toml: str, periods: int
) -> None:
    alarm = synthesis(toml + ON + FLEET)["retrying"]

    assert alarm["MetricName"] == "ApproximateNumberOfMessagesNotVisible"
    assert dimensions(alarm) == {"QueueName": {"Fn::GetAtt": ["RegistrationQueue9CC116AF", "QueueName"]}}
    assert (alarm["Threshold"], alarm["Period"], alarm["EvaluationPeriods"]) == (1, 300, periods)


def test_the_longest_wait_may_be_given(synthesis: Synthesis) -> None:
    alarms = synthesis(ON + "longest_wait_minutes = 30\n" + FLEET)

    assert (alarms["waiting"]["Threshold"], alarms["retrying"]["EvaluationPeriods"]) == (1800, 6)


def test_refusals_are_counted_as_the_function_reports_them(
    production: Alarms, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alarm = production["prod-jitr-unissued"]
    monkeypatch.setenv("ENVIRONMENT", "prod")

    with new_world() as world:
        world.deliver(world.unissued_device())
    line = json.loads(capsys.readouterr().out)

    (directive,) = line["_aws"]["CloudWatchMetrics"]
    reported = [{name: line[name] for name in names} for names in directive["Dimensions"]]
    assert dimensions(alarm) in reported
    assert alarm["Namespace"] == directive["Namespace"]
    assert alarm["MetricName"] in [metric["Name"] for metric in directive["Metrics"]]
    assert (alarm["Statistic"], line[alarm["MetricName"]]) == ("Sum", 1)


def test_the_function_reports_for_the_environment_that_the_alarm_watches(
    production: Alarms, templates: dict[str, Template]
) -> None:
    functions = templates["prod"].find_resources("AWS::Lambda::Function")
    (registration,) = [each for name, each in functions.items() if name.startswith("RegistrationRegistrar")]

    told = registration["Properties"]["Environment"]["Variables"]["ENVIRONMENT"]

    assert dimensions(production["prod-jitr-unissued"])["Environment"] == told


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(("what", "metric"), [("errors", "Errors"), ("throttles", "Throttles")])
def test_each_function_has_its_alarms(synthesis: Synthesis, name: str, what: str, metric: str) -> None:
    alarm = synthesis(ON + FLEET)[f"{name}-{what}"]

    (watched,) = dimensions(alarm).values()
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("AWS/Lambda", metric, "Sum")
    assert watched["Ref"].startswith(
        {
            "certificate-authority": "AuthoritiesRegistrarFunction",
            "device-access": "DeviceAccessReleaseReleaserFunction",
            "issuance": "IssuanceIssuerFunction",
            "registration": "RegistrationRegistrarFunction",
        }[name]
    )


def test_nothing_to_do_is_no_alarm(synthesis: Synthesis) -> None:
    alarms = synthesis(ON + FLEET)

    silent = {name for name, alarm in alarms.items() if alarm["TreatMissingData"] == "notBreaching"}

    assert silent == set(alarms) - {"dead-letters"}


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("dead_letters", "dead-letters"),
        ("unissued", "unissued"),
        ("errors", "registration-errors"),
        ("throttles", "issuance-throttles"),
    ],
)
def test_thresholds_may_be_given(synthesis: Synthesis, setting: str, name: str) -> None:
    alarm = synthesis(f"{ON}{setting} = 42\n{FLEET}")[name]

    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (42, "GreaterThanOrEqualToThreshold")


def test_the_topic_is_told_when_an_alarm_goes_off_and_when_it_ends(synthesis: Synthesis) -> None:
    alarms = synthesis(f'{ON}topic = "{TOPIC}"\n{FLEET}').values()

    assert [(alarm["AlarmActions"], alarm["OKActions"]) for alarm in alarms] == [([TOPIC], [TOPIC])] * 12


def test_a_topic_of_the_region_is_told(synthesis: Synthesis) -> None:
    alarms = synthesis(f'region = "eu-central-1"\n{ON}topic = "{TOPIC}"\n{FLEET}').values()

    assert [alarm["AlarmActions"] for alarm in alarms] == [[TOPIC]] * 12


def test_alarms_without_a_topic_tell_nobody(synthesis: Synthesis) -> None:
    alarms = synthesis(ON + FLEET).values()

    assert [alarm for alarm in alarms if "AlarmActions" in alarm or "OKActions" in alarm] == []


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('topic = "on-call"\n', "alarms.topic: String should match pattern"),
        ("dead_letters = 0\n", "alarms.dead_letters: Input should be greater than or equal to 1"),
        (
            "longest_wait_minutes = 1\n",
            "alarms.longest_wait_minutes: Input should be greater than or equal to 5",
        ),
        ("email = 1\n", "alarms.email: unknown key"),
    ],
)
def test_what_cannot_be_is_refused_with_its_key(tmp_path: Path, toml: str, said: str) -> None:
    (tmp_path / "site.toml").write_text(ON + toml + FLEET)

    with pytest.raises(SettingsError) as refused:
        settings.load("site", tmp_path, {})

    assert str(refused.value).removeprefix(f"{tmp_path}/site.toml: ").startswith(said)
