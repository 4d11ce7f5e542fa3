"""Who may use keys, queues, functions and roles, written out: whoever is let in or forgotten shows here."""

import copy
from typing import Any

import pytest
from aws_cdk.assertions import Template
from resource_access import Grant, granted, unread

EVERYWHERE = pytest.mark.parametrize("environment", ["local", "dev", "prod", "exportable"])
FOREIGN = "arn:aws:iam::999999999999:root"
THIS_ACCOUNT = "Allow AWS arn:<AWS::Partition>:iam::<AWS::AccountId>:root"
FOR_THIS_ACCOUNT = '{"Condition": {"StringEquals": {"aws:SourceAccount": "<AWS::AccountId>"}}}'
NOT_ENCRYPTED = '{"Condition": {"Bool": {"aws:SecureTransport": "false"}}, "Resource": "<%s.Arn>"}'


def key(name: str, who: str = THIS_ACCOUNT) -> Grant:
    """The account's own roles, as their policies allow."""
    return (name, who, ("kms:*",), '{"Resource": "*"}')


def role(name: str) -> Grant:
    return (name, "Allow Service lambda.amazonaws.com", ("sts:AssumeRole",), "")


def rule_role(name: str) -> Grant:
    return (name, "Allow Service iot.amazonaws.com", ("sts:AssumeRole",), FOR_THIS_ACCOUNT)


def queue(name: str) -> Grant:
    """Nobody without TLS; who may is said by roles alone."""
    return (f"{name}Policy", "Deny AWS *", ("sqs:*",), NOT_ENCRYPTED % name)


FUNCTIONS = {
    role("AuthoritiesProviderRole"),
    role("AuthoritiesRegistrarRole"),
    role("IssuanceIssuerRole"),
    role("RegistrationRegistrarRole"),
    rule_role("RegistrationAuthorityfleetRuleRole"),
}
RELEASE = {role("DeviceAccessReleaseProviderRole"), role("DeviceAccessReleaseReleaserRole")}
QUEUES = {queue("RegistrationDeadLetters"), queue("RegistrationQueue")}
FLEET = "AuthorityfleetKeyP256"
GRANTED = {
    "local": FUNCTIONS | RELEASE | {key(FLEET, "Allow AWS arn:<AWS::Partition>:iam::000000000000:root")},
    "dev": FUNCTIONS | RELEASE | QUEUES | {key(FLEET)},
    "prod": FUNCTIONS | QUEUES | {key(FLEET)},
    "exportable": FUNCTIONS
    | RELEASE
    | QUEUES
    | {key("AuthorityolderKeyP384"), rule_role("RegistrationAuthorityolderRuleRole")},
}


@EVERYWHERE
def test_each_resource_lets_in_whom_it_must_and_nobody_else(
    environment: str, templates: dict[str, Template]
) -> None:
    assert granted(templates[environment]) == GRANTED[environment]


@EVERYWHERE
def test_nothing_gives_rights_where_no_gate_reads(environment: str, templates: dict[str, Template]) -> None:
    assert unread(templates[environment]) == []


def allow(who: str, action: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": who}, "Action": action, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def planted(template: Template, kind: str, **properties: Any) -> Template:
    body = copy.deepcopy(template.to_json())
    body["Resources"]["Planted01234567"] = {"Type": kind, "Properties": properties}
    return Template.from_json(body)


@pytest.mark.parametrize(
    ("kind", "properties", "who"),
    [
        (
            "AWS::Lambda::Permission",
            {"FunctionName": "f", "Action": "lambda:InvokeFunction", "Principal": "*"},
            "Allow principal *",
        ),
        (
            "AWS::Lambda::Permission",
            {"FunctionName": "f", "Action": "lambda:InvokeFunction", "Principal": "999999999999"},
            "Allow principal 999999999999",
        ),
        ("AWS::KMS::Key", {"KeyPolicy": allow(FOREIGN, "kms:Sign")}, f"Allow AWS {FOREIGN}"),
        (
            "AWS::SQS::QueuePolicy",
            {"Queues": ["q"], "PolicyDocument": allow(FOREIGN, "sqs:SendMessage")},
            f"Allow AWS {FOREIGN}",
        ),
        (
            "AWS::SecretsManager::ResourcePolicy",
            {"SecretId": "s", "ResourcePolicy": allow(FOREIGN, "secretsmanager:GetSecretValue")},
            f"Allow AWS {FOREIGN}",
        ),
        (
            "AWS::DynamoDB::GlobalTable",
            {"Replicas": [{"ResourcePolicy": {"PolicyDocument": allow(FOREIGN, "dynamodb:PutItem")}}]},
            f"Allow AWS {FOREIGN}",
        ),
        (
            "AWS::IAM::Role",
            {"AssumeRolePolicyDocument": allow(FOREIGN, "sts:AssumeRole")},
            f"Allow AWS {FOREIGN}",
        ),
    ],
    ids=["anybody", "function", "key", "queue", "secret", "table", "role"],
)
def test_a_stranger_who_is_let_in_would_be_found(
    kind: str, properties: dict[str, Any], who: str, templates: dict[str, Template]
) -> None:
    found = granted(planted(templates["dev"], kind, **properties)) - granted(templates["dev"])

    assert {(name, principal) for name, principal, _, _ in found} == {("Planted", who)}


def test_all_but_some_would_be_found(templates: dict[str, Template]) -> None:
    everybody = {"Effect": "Allow", "NotPrincipal": {"AWS": FOREIGN}, "Action": "kms:*", "Resource": "*"}

    template = planted(templates["dev"], "AWS::KMS::Key", KeyPolicy={"Statement": [everybody]})

    assert granted(template) - granted(templates["dev"]) == {
        ("Planted", "Allow", ("kms:*",), f'{{"NotPrincipal": {{"AWS": "{FOREIGN}"}}, "Resource": "*"}}')
    }


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::IAM::Role", {"Policies": [{"PolicyName": "p", "PolicyDocument": {}}]}),
        ("AWS::IAM::ManagedPolicy", {"PolicyDocument": {}}),
        ("AWS::IAM::RolePolicy", {"PolicyDocument": {}}),
        ("AWS::IAM::User", {}),
        ("AWS::Lambda::Url", {"AuthType": "NONE"}),
    ],
)
def test_rights_where_no_gate_reads_would_be_found(
    kind: str, properties: dict[str, Any], templates: dict[str, Template]
) -> None:
    assert unread(planted(templates["dev"], kind, **properties)) == ["Planted"]
