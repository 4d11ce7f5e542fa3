"""The pipeline: what it runs, in which order, in which role, and when it goes back."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from accepted import masked
from aws_cdk.assertions import Match, Template
from cli_context import CONTEXT
from delivered import (
    FILES,
    ROOT,
    action,
    commands,
    in_order,
    role_of_build,
    roles_taken,
    stages_of,
    synthesised,
)
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from jitr_stack import settings
from jitr_stack.stage import EnvironmentStage


def test_template_is_the_accepted_one(template: Template, snapshot: SnapshotAssertion) -> None:
    assert masked("pipeline", template) == snapshot(extension_class=JSONSnapshotExtension)


@pytest.mark.usefixtures("stack")
def test_what_it_may_do_in_an_environment_is_the_accepted(outdir: Path, snapshot: SnapshotAssertion) -> None:
    (file,) = outdir.glob("assembly-jitr-pipeline-prod/*delivery*.template.json")

    assert masked("prod", Template.from_string(file.read_text())) == snapshot(
        extension_class=JSONSnapshotExtension
    )


def test_it_updates_itself_and_then_goes_from_wave_to_wave(stages: dict[str, dict[str, Any]]) -> None:
    assert list(stages) == ["Source", "Build", "UpdatePipeline", "Assets", "wave-1", "approve-2", "prod"]


def test_an_environment_without_delivery_is_not_in_it(template: Template) -> None:
    assert "sandbox" not in json.dumps(template.to_json())


def test_each_deploy_is_followed_by_a_smoke_test(stages: dict[str, dict[str, Any]]) -> None:
    assert in_order(stages["prod"]) == [
        "jitr.Prepare",
        "jitr.Deploy",
        "jitr-delivery.Prepare",
        "jitr-delivery.Deploy",
        "smoke-prod",
    ]
    assert {"dev.jitr.Deploy", "dev.smoke-dev", "test.smoke-test"} <= set(in_order(stages["wave-1"]))


def test_the_synthesis_runs_the_project_s_own_gate_first(
    template: Template, stages: dict[str, dict[str, Any]]
) -> None:
    run = commands(template, action(stages, "Build", "Synth"))

    assert 0 < run.index("bash .ci/run") < run.index("npx cdk synth")


def test_the_cli_is_the_one_that_everybody_has(template: Template, stages: dict[str, dict[str, Any]]) -> None:
    pinned = json.loads((ROOT / "package.json").read_text())["devDependencies"]["aws-cdk"]

    assert f"aws-cdk@{pinned}" in commands(template, action(stages, "UpdatePipeline", "SelfMutate"))


@pytest.mark.usefixtures("stack")
def test_assets_are_published_by_the_version_that_the_lock_file_holds(outdir: Path) -> None:
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]["node_modules/cdk-assets"]
    (published,) = outdir.glob("buildspec-*.yaml")

    assert f"cdk-assets@{locked['version']}" in published.read_text()


def test_before_a_yes_the_difference_is_printed_by_a_role_that_only_reads(
    template: Template, stages: dict[str, dict[str, Any]]
) -> None:
    shown = commands(template, action(stages, "approve-2", "diff-prod"))

    assert in_order(stages["approve-2"]) == ["diff-prod", "approve-prod"]
    assert "cdk diff --app assembly --method template --no-notices 'jitr-pipeline/prod/*'" in shown
    assert roles_taken(template, "diffprod") == ["cdk-hnb659fds-lookup-role-333333333333-eu-central-1"]


@pytest.mark.usefixtures("stack")
def test_the_cli_finds_the_stacks_whose_difference_is_printed(outdir: Path) -> None:
    command = [ROOT / "node_modules" / ".bin" / "cdk", "ls", "--app", outdir, "jitr-pipeline/prod/*"]

    listed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)

    assert {line.partition(" ")[0] for line in listed.stdout.splitlines()} == {
        "jitr-pipeline/prod/jitr",
        "jitr-pipeline/prod/delivery",
    }


def test_a_smoke_test_runs_in_the_environment_s_role_for_it(
    template: Template, stages: dict[str, dict[str, Any]]
) -> None:
    run = action(stages, "prod", "smoke-prod")

    assert "jitr smoke --environment prod" in commands(template, run)
    assert roles_taken(template, "Smokeprod") == ["prod-jitr-smoke"]


@pytest.mark.usefixtures("stack")
def test_the_environment_s_role_trusts_the_one_role_that_the_build_has(
    template: Template, stages: dict[str, dict[str, Any]], outdir: Path
) -> None:
    (file,) = outdir.glob("assembly-jitr-pipeline-prod/*delivery*.template.json")
    (role,) = Template.from_string(file.read_text()).find_resources("AWS::IAM::Role").values()
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    (trusted,) = trust["Condition"]["ArnEquals"].values()
    assert trusted["Fn::Join"][1][-1] == ":iam::111111111111:role/jitr-pipeline-prod"
    assert role_of_build(template, action(stages, "prod", "smoke-prod")) == "jitr-pipeline-prod"


def test_a_wave_that_fails_is_rolled_back_and_nothing_else(stages: dict[str, dict[str, Any]]) -> None:
    assert {name: stage.get("OnFailure") for name, stage in stages.items() if "OnFailure" in stage} == {
        "wave-1": {"Result": "ROLLBACK"},
        "prod": {"Result": "ROLLBACK"},
    }


def test_after_its_smoke_test_an_environment_s_alarm_is_watched_for_its_minutes(
    template: Template, stages: dict[str, dict[str, Any]]
) -> None:
    run = commands(template, action(stages, "wave-1", "smoke-test"))

    smoke = run.index("jitr smoke --environment test")
    watch = "python scripts/watch_alarm.py --region eu-central-1 --minutes 5 test-jitr-any"
    assert smoke < run.index(watch)
    template.has_resource_properties("AWS::CodeBuild::Project", {"TimeoutInMinutes": 35})


@pytest.mark.usefixtures("stack")
def test_who_watches_the_alarm_may_read_it(outdir: Path) -> None:
    (file,) = outdir.glob("assembly-jitr-pipeline-prod/*delivery*.template.json")
    # The CDK makes one statement of all that is allowed on any resource.
    actions = Match.array_with(["cloudwatch:DescribeAlarms"])
    statement = Match.object_like({"Action": actions, "Effect": "Allow", "Resource": "*"})

    Template.from_string(file.read_text()).has_resource_properties(
        "AWS::IAM::Policy", {"PolicyDocument": {"Statement": Match.array_with([statement])}}
    )


def test_codepipeline_itself_takes_no_role_for_a_condition(stages: dict[str, dict[str, Any]]) -> None:
    conditions = {"BeforeEntry", "OnSuccess"}

    assert [name for name, stage in stages.items() if conditions & set(stage)] == []


@pytest.mark.usefixtures("stack")
def test_a_wave_is_rolled_back_on_failing_functions_and_not_on_what_devices_do(outdir: Path) -> None:
    (file,) = outdir.glob("assembly-jitr-pipeline-prod/*delivery*.template.json")
    (alarm,) = [
        resource["Properties"]
        for resource in json.loads(file.read_text())["Resources"].values()
        if resource["Type"] == "AWS::CloudWatch::CompositeAlarm"
    ]

    assert set(re.findall(r'ALARM\("prod-jitr-([a-z-]+)"\)', alarm["AlarmRule"])) == {
        f"{function}-{what}"
        for function in ("certificate-authority", "device-access", "issuance", "registration")
        for what in ("errors", "throttles")
    }


def test_without_alarms_there_is_nothing_to_watch(tmp_path: Path) -> None:
    (tmp_path / "prod.toml").write_text(FILES["prod"].replace("enabled = true", "enabled = false"))

    plain = Template.from_stack(synthesised(tmp_path, tmp_path / "out"))

    run = commands(plain, action(stages_of(plain), "prod", "smoke-prod"))
    assert ("jitr smoke" in run, "watch_alarm" in run) == (True, False)


def test_a_changed_environment_leaves_the_pipeline_as_it_is_so_that_it_has_a_run_to_go_back_to(
    template: Template, folder: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "environments"
    changed.mkdir()
    for file in folder.glob("*.toml"):
        (changed / file.name).write_text(
            'architecture = "x86_64"\ndevice_validity_days = 99\n' + file.read_text()
        )

    after = Template.from_stack(synthesised(changed, tmp_path / "out"))

    assert after.to_json() == template.to_json()


def test_artifacts_are_encrypted_with_a_key_of_their_own_and_only_over_tls(template: Template) -> None:
    template.has_resource_properties("AWS::CodePipeline::Pipeline", {"PipelineType": "V2"})
    (bucket,) = template.find_resources("AWS::S3::Bucket").values()
    (rule,) = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]

    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert "aws:SecureTransport" in json.dumps(template.find_resources("AWS::S3::BucketPolicy"))


def test_beside_the_pipeline_the_bootstrapped_roles_that_deploy_read_artifacts_and_nobody_writes_them(
    template: Template,
) -> None:
    (policy,) = template.find_resources("AWS::S3::BucketPolicy").values()
    (allowed,) = [
        each for each in policy["Properties"]["PolicyDocument"]["Statement"] if each["Effect"] == "Allow"
    ]

    assert allowed["Action"] == ["s3:GetBucket*", "s3:GetObject*", "s3:List*"]
    assert [each["Fn::Join"][1][-1] for each in allowed["Principal"]["AWS"]] == [
        f":iam::{account}:role/cdk-hnb659fds-deploy-role-{account}-eu-central-1"
        for account in ("111111111111", "222222222222", "333333333333")
    ]


def test_an_environment_that_names_no_place_is_the_pipeline_s_own_whoever_synthesises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dev.toml").write_text("[authorities.fleet]\n[delivery]\nwave = 1\n")
    monkeypatch.setenv("CDK_DEFAULT_ACCOUNT", "000000000000")
    monkeypatch.setenv("CDK_DEFAULT_REGION", "us-east-1")

    stages = stages_of(Template.from_stack(synthesised(tmp_path, tmp_path / "out")))

    (deploy,) = [each for each in stages["dev"]["Actions"] if each["Name"] == "jitr.Deploy"]
    assert "111111111111" in json.dumps(deploy["RoleArn"])
    assert "Region" not in deploy  # the pipeline's own


def test_an_environment_may_be_in_another_account_and_region(tmp_path: Path) -> None:
    place = 'account = "222222222222"\nregion = "us-west-2"\n'
    (tmp_path / "dev.toml").write_text(f"{place}[authorities.fleet]\n[delivery]\nwave = 1\n")

    stages = stages_of(Template.from_stack(synthesised(tmp_path, tmp_path / "out")))

    (deploy,) = [each for each in stages["dev"]["Actions"] if each["Name"] == "jitr.Deploy"]
    assert deploy["Region"] == "us-west-2"


@pytest.mark.usefixtures("stack")
def test_an_environment_is_the_same_whether_the_pipeline_deploys_it_or_somebody_by_hand(
    outdir: Path, folder: Path
) -> None:
    (delivered,) = outdir.glob("assembly-jitr-pipeline-prod/jitrpipelineprodjitr*.template.json")

    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    by_hand = Template.from_stack(EnvironmentStage(app, settings.load("prod", folder)).stack)

    of_pipeline = Template.from_string(delivered.read_text())
    assert masked("prod", of_pipeline) == masked("prod", by_hand)
