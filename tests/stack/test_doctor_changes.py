"""What a deploy would change is said in the words of the environment's file."""

import json
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from cli_context import CONTEXT

from jitr.doctor import bootstrap
from jitr.doctor.check import Verdict
from jitr.doctor.drift import of_templates
from jitr.doctor.template_difference import differences
from jitr_stack import settings
from jitr_stack.stage import EnvironmentStage

Synthesise = Callable[[str, Path], Template]
FLEET = "[authorities.fleet]\n"
OLDER = '[authorities.older]\nstate = "trusted"\n'


@pytest.fixture
def synthesise(tmp_path_factory: pytest.TempPathFactory) -> Synthesise:
    """Templates as the CDK CLI deploys them: each resource says which construct it is of."""

    def template(name: str, folder: Path) -> Template:
        context = CONTEXT | {"aws:cdk:enable-path-metadata": True}
        outdir = tmp_path_factory.mktemp("synth")
        app = cdk.App(context=context, outdir=str(outdir), analytics_reporting=False)
        return Template.from_stack(EnvironmentStage(app, settings.load(name, folder)).stack)

    return template


@pytest.fixture
def causes(synthesise: Synthesise, tmp_path: Path) -> Callable[[str, str], set[str]]:
    """The causes of the differences between two versions of an environment's file."""

    def between(before: str, after: str) -> set[str]:
        texts = []
        for text in (before, after):
            (tmp_path / "site.toml").write_text(text)
            texts.append(synthesise("site", tmp_path).to_json())
        found = of_templates(texts[0], texts[1], "site")
        return {finding.about or "" for finding in found if finding.verdict is Verdict.WARNING}

    return between


@pytest.mark.parametrize(
    ("setting", "cause"),
    [
        ('architecture = "x86_64"', "architecture"),
        ('removal = "retain"', "removal"),
        ("log_retention_days = 7", "log_retention_days"),
        ("device_validity_days = 30", "device_validity_days"),
        ('second_certificate = "refuse"', "second_certificate"),
        (
            "delete_authorities_with_certificates = true",
            "Authority-fleet: delete_authorities_with_certificates",
        ),
        ('event_bus = "fleet-events"', "event_bus"),
        ("quotas.update_certificate = 20", "quotas"),
        ("fleet_size = 500000", "fleet_size or quotas"),
        ("alarms.enabled = true", "alarms"),
        ('tags.Team = "water"', "tags"),
        ('provisioning.groups = ["fleet"]', "provisioning"),
    ],
)
def test_each_setting_is_named_as_the_cause_of_what_it_changes(
    causes: Callable[[str, str], set[str]], setting: str, cause: str
) -> None:
    assert cause in causes(FLEET, f"{setting}\n{FLEET}")


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ('state = "closed"', "Authority-older: state"),
        ('state = "trusted"\nvalidity_days = 90', "Authority-older: validity_days"),
        ('state = "trusted"\nmode = "SNI_ONLY"', "Authority-older: mode"),
        ('state = "trusted"\nalgorithm = "P-384"', "Authority-older: algorithm"),
        ('state = "trusted"\ncustody = "secrets_manager"', "Authority-older: custody"),
        ('state = "trusted"\nreplace = true', "Authority-older: replace"),
        ('state = "trusted"\nsubject.organization = "Works"', "Authority-older: subject"),
        ('state = "trusted"\ntags.Line = "1"', "tags"),
    ],
)
def test_each_setting_of_an_authority_is_named_with_it(
    causes: Callable[[str, str], set[str]], changed: str, cause: str
) -> None:
    assert cause in causes(FLEET + OLDER, f"{FLEET}[authorities.older]\n{changed}\n")


def test_an_authority_that_is_new_is_named(causes: Callable[[str, str], set[str]]) -> None:
    assert "Authority-older" in causes(FLEET, FLEET + OLDER)


def test_the_same_file_makes_no_difference(causes: Callable[[str, str], set[str]]) -> None:
    assert causes(FLEET, FLEET) == set()


def resource(**properties: object) -> dict[str, object]:
    metadata = {"aws:cdk:path": "site/jitr/Registration/Queue/Resource"}
    return {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": properties, "Metadata": metadata}}}


def test_old_and_new_are_said_with_the_construct() -> None:
    (found,) = differences(resource(VisibilityTimeout=30), resource(VisibilityTimeout=72))

    assert str(found) == "changes Registration/Queue VisibilityTimeout from 30 to 72"


def test_other_code_of_a_function_is_named() -> None:
    (found,) = differences(resource(Code={"S3Key": "a.zip"}), resource(Code={"S3Key": "b.zip"}))

    assert found.cause == "the functions' code"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [({}, resource(), "adds Registration/Queue"), (resource(), {}, "removes Registration/Queue")],
)
def test_what_comes_and_goes_is_said(before: dict[str, object], after: dict[str, object], said: str) -> None:
    (found,) = differences(before, after)

    assert (str(found), found.cause) == (said, "Registration")


@pytest.mark.parametrize("given_back", ["Z?rich", "Zürich"])
def test_what_cloudformation_gives_back_with_question_marks_is_no_difference(given_back: str) -> None:
    assert list(differences(resource(Tags=[given_back]), resource(Tags=["Zürich"]))) == []


def test_looking_at_every_authority_anew_is_no_difference() -> None:
    assert list(differences(resource(Recheck="monday"), resource(Recheck=""))) == []


def test_metadata_and_order_are_no_difference() -> None:
    changed = json.loads(json.dumps(resource(A=1)))
    changed["Resources"]["Q"] |= {"DependsOn": ["R"]}
    changed["Resources"]["Q"]["Metadata"]["x"] = "y"

    assert list(differences(resource(A=1), changed)) == []


def test_the_bootstrap_that_the_doctor_wants_is_what_the_assembly_wants(
    synthesise: Synthesise, tmp_path: Path
) -> None:
    (tmp_path / "site.toml").write_text(FLEET)
    rule = synthesise("site", tmp_path).to_json()["Rules"]["CheckBootstrapVersion"]
    text = json.dumps(rule)

    assert f'"{bootstrap.LEAST - 1}"' in text
    assert f'"{bootstrap.LEAST}"' not in text
