"""What holds state is encrypted, and is kept or removed as the environment says; ids: `test_snapshots`."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from aws_cdk.assertions import Template

KEPT_IN_PRODUCTION = {
    "AWS::DynamoDB::GlobalTable": "Retain",
    "AWS::IoT::Policy": "RetainExceptOnCreate",
    "AWS::KMS::Key": "RetainExceptOnCreate",
    "AWS::Logs::LogGroup": "Retain",
    "Custom::CertificateAuthority": "RetainExceptOnCreate",
}
"""Where a failed deploy would leave in the way what it made, it takes that back: RetainExceptOnCreate."""


def test_production_keeps_keys_records_authorities_and_logs(templates: dict[str, Template]) -> None:
    resources = templates["prod"].to_json()["Resources"].values()
    stateful = [r for r in resources if r["Type"] in KEPT_IN_PRODUCTION]

    assert {r["Type"]: r["DeletionPolicy"] for r in stateful} == KEPT_IN_PRODUCTION
    assert {r["UpdateReplacePolicy"] for r in stateful} == {"Retain"}


def test_production_keeps_an_exportable_key(
    tmp_path: Path, synthesise: Callable[[str, Path], Template]
) -> None:
    (tmp_path / "vault.toml").write_text(
        'removal = "retain"\n[authorities.fleet]\ncustody = "secrets_manager"\n'
    )

    (secret,) = synthesise("vault", tmp_path).find_resources("AWS::SecretsManager::Secret").values()

    assert secret["DeletionPolicy"] == "RetainExceptOnCreate"


def test_development_leaves_nothing_behind(templates: dict[str, Template]) -> None:
    resources = templates["dev"].to_json()["Resources"].values()

    assert {r.get("DeletionPolicy", "Delete") for r in resources} == {"Delete"}


def test_records_are_restorable_and_protected_in_production(templates: dict[str, Template]) -> None:
    templates["prod"].has_resource_properties(
        "AWS::DynamoDB::GlobalTable",
        {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "Replicas": [
                {
                    "DeletionProtectionEnabled": True,
                    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                }
            ],
        },
    )


def test_authority_key_in_kms_signs_and_nothing_else(templates: dict[str, Template]) -> None:
    templates["prod"].has_resource_properties(
        "AWS::KMS::Key", {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
    )


@pytest.mark.parametrize(("environment", "days"), [("local", 1), ("dev", 30), ("prod", 365)])
def test_every_log_group_has_the_environments_retention(
    environment: str, days: int, templates: dict[str, Template]
) -> None:
    groups = templates[environment].find_resources("AWS::Logs::LogGroup").values()

    assert {group["Properties"]["RetentionInDays"] for group in groups} == {days}


def test_every_function_writes_to_a_log_group_of_the_stack(templates: dict[str, Template]) -> None:
    functions = templates["prod"].find_resources("AWS::Lambda::Function").values()

    assert all("Ref" in f["Properties"]["LoggingConfig"]["LogGroup"] for f in functions)


def test_authority_answer_is_awaited_for_minutes(templates: dict[str, Template]) -> None:
    templates["prod"].has_resource_properties("Custom::CertificateAuthority", {"ServiceTimeout": "300"})


def test_queues_refuse_plain_http(templates: dict[str, Template]) -> None:
    policies = templates["prod"].find_resources("AWS::SQS::QueuePolicy").values()
    statements = [s for p in policies for s in p["Properties"]["PolicyDocument"]["Statement"]]

    assert len(statements) == 2
    assert {s["Effect"] for s in statements} == {"Deny"}
    assert all(s["Condition"] == {"Bool": {"aws:SecureTransport": "false"}} for s in statements)


def test_undeliverable_messages_end_in_the_dead_letter_queue(templates: dict[str, Template]) -> None:
    templates["prod"].has_resource_properties(
        "AWS::SQS::Queue",
        {
            "RedrivePolicy": {
                "deadLetterTargetArn": {"Fn::GetAtt": ["RegistrationDeadLetters91FFF280", "Arn"]},
                "maxReceiveCount": 1000,
            },
            "VisibilityTimeout": 72,
        },
    )


def test_a_dead_letter_is_kept_for_nine_days_however_long_it_waited_before(
    templates: dict[str, Template],
) -> None:
    queues = templates["prod"].find_resources("AWS::SQS::Queue")
    waiting = queues["RegistrationQueue9CC116AF"]["Properties"]["MessageRetentionPeriod"]
    dead = queues["RegistrationDeadLetters91FFF280"]["Properties"]["MessageRetentionPeriod"]

    assert dead - waiting >= timedelta(days=9).total_seconds()


def test_rule_is_bound_to_its_authority_and_has_an_error_action(templates: dict[str, Template]) -> None:
    (rule,) = templates["prod"].find_resources("AWS::IoT::TopicRule").values()
    payload = rule["Properties"]["TopicRulePayload"]

    assert payload["AwsIotSqlVersion"] == "2016-03-23"
    assert payload["Sql"] == {
        "Fn::Join": [
            "",
            [
                "SELECT * FROM '$aws/events/certificates/registered/",
                {"Ref": "AuthorityfleetRegistration8170384F"},
                "'",
            ],
        ]
    }
    assert payload["ErrorAction"]["Sqs"]["QueueUrl"] == {"Ref": "RegistrationDeadLetters91FFF280"}
