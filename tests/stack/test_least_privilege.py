"""Every statement of every role, written out: a permission that is added or dropped shows here."""

import pytest
from aws_cdk.assertions import Template
from permissions import permissions

IOT = "arn:<AWS::Partition>:iot:<AWS::Region>:<AWS::AccountId>"
SSM = "arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>"
WRITE_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")
ONE_CA = (
    "iot:DeleteCACertificate",
    "iot:DescribeCACertificate",
    "iot:ListTagsForResource",
    "iot:TagResource",
    "iot:UntagResource",
    "iot:UpdateCACertificate",
)
ANY_CA = ("iot:GetRegistrationCode", "iot:ListCertificatesByCA", "iot:RegisterCACertificate")
KEEP_CERTIFICATE = (
    "ssm:DeleteParameter",
    "ssm:GetParameter",
    "ssm:GetParameterHistory",
    "ssm:PutParameter",
)
SIGN = ("kms:GetPublicKey", "kms:Sign")
ADMIT = (
    "iot:AttachPolicy",
    "iot:AttachThingPrincipal",
    "iot:DescribeCertificate",
    "iot:UpdateCertificate",
)
CONSUME = (
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
)
READ_AND_CLAIM = (
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:GetItem",
    "dynamodb:UpdateItem",
)
READ_AND_RECORD = (
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
)
RELEASE_POLICY = (
    "iot:DeletePolicy",
    "iot:DeletePolicyVersion",
    "iot:ListPolicyVersions",
    "iot:ListTargetsForPolicy",
)

PROD = {
    "AuthoritiesRegistrarRole": {
        (WRITE_LOGS, "<AuthoritiesRegistrarLogs.Arn>"),
        (ANY_CA, "*"),  # AWS offers no resource for these
        (ONE_CA, f"{IOT}:cacert/*"),
        (KEEP_CERTIFICATE, f"{SSM}:parameter/jitr/prod/authorities/*/certificate"),
        (SIGN, "<AuthorityfleetKeyP256.Arn>"),
    },
    "AuthoritiesProviderRole": {
        (WRITE_LOGS, "<AuthoritiesProviderLogs.Arn>"),
        (("lambda:InvokeFunction",), "<AuthoritiesRegistrarFunction.Arn>"),
        (("lambda:InvokeFunction",), "<AuthoritiesRegistrarFunction.Arn>:*"),
        (("lambda:GetFunction",), "<AuthoritiesRegistrarFunction.Arn>"),
    },
    "IssuanceIssuerRole": {
        (WRITE_LOGS, "<IssuanceIssuerLogs.Arn>"),
        (SIGN, "<AuthorityfleetKeyP256.Arn>"),
        (("ssm:GetParameter",), f"{SSM}:parameter/jitr/prod/authorities/fleet/certificate"),
        (READ_AND_RECORD, "<RecordsTable.Arn>"),
    },
    "RegistrationRegistrarRole": {
        (WRITE_LOGS, "<RegistrationRegistrarLogs.Arn>"),
        (CONSUME, "<RegistrationQueue.Arn>"),
        (ADMIT, f"{IOT}:cert/*"),
        (("sqs:SendMessage",), "<RegistrationDeadLetters.Arn>"),
        (("iot:CreateThing", "iot:DescribeThing"), f"{IOT}:thing/*"),
        (("iot:ListPrincipalThings",), "*"),  # AWS offers no resource for it
        (READ_AND_CLAIM, "<RecordsTable.Arn>"),
    },
    "RegistrationAuthorityfleetRuleRole": {
        (("sqs:SendMessage",), "<RegistrationQueue.Arn>"),
        (("sqs:SendMessage",), "<RegistrationDeadLetters.Arn>"),
    },
}


def test_each_role_may_do_exactly_what_its_function_does(templates: dict[str, Template]) -> None:
    assert permissions(templates["prod"]) == PROD


RELEASE = {
    "DeviceAccessReleaseReleaserRole": {
        (WRITE_LOGS, "<DeviceAccessReleaseReleaserLogs.Arn>"),
        (RELEASE_POLICY, "<DeviceAccessPolicy.Arn>"),
        (("iot:DetachPolicy",), f"{IOT}:cert/*"),
        (("cloudformation:DescribeStacks",), "<AWS::StackId>"),
    },
    "DeviceAccessReleaseProviderRole": {
        (WRITE_LOGS, "<DeviceAccessReleaseProviderLogs.Arn>"),
        (("lambda:InvokeFunction",), "<DeviceAccessReleaseReleaserFunction.Arn>"),
        (("lambda:InvokeFunction",), "<DeviceAccessReleaseReleaserFunction.Arn>:*"),
        (("lambda:GetFunction",), "<DeviceAccessReleaseReleaserFunction.Arn>"),
    },
}


def test_an_environment_that_can_be_destroyed_may_release_its_device_policy_and_no_more(
    templates: dict[str, Template],
) -> None:
    renamed = {
        (role, actions, resource.replace("/jitr/dev/", "/jitr/prod/"))
        for role, statements in permissions(templates["dev"]).items()
        for actions, resource in statements
    }

    assert renamed == {
        (role, actions, resource)
        for role, statements in (PROD | RELEASE).items()
        for actions, resource in statements
    }


def test_exportable_key_is_read_by_the_issuer_and_written_by_the_registrar_only(
    templates: dict[str, Template],
) -> None:
    secret = "<AuthorityfleetKeyRSA2048.Id>"
    allowed = {
        (role, action)
        for role, statements in permissions(templates["exportable"]).items()
        for actions, resource in statements
        for action in actions
        if resource == secret
    }

    assert allowed == {
        ("AuthoritiesRegistrarRole", "secretsmanager:GetSecretValue"),
        ("AuthoritiesRegistrarRole", "secretsmanager:PutSecretValue"),
        ("IssuanceIssuerRole", "secretsmanager:GetSecretValue"),
    }


@pytest.mark.parametrize("environment", ["local", "dev", "prod", "exportable"])
def test_no_role_has_a_managed_policy(environment: str, templates: dict[str, Template]) -> None:
    roles = templates[environment].find_resources("AWS::IAM::Role").values()

    assert [role for role in roles if "ManagedPolicyArns" in role["Properties"]] == []


def test_rule_role_is_assumed_for_this_account_only(templates: dict[str, Template]) -> None:
    roles = templates["prod"].find_resources("AWS::IAM::Role")
    (role,) = [body for name, body in roles.items() if "RuleRole" in name]
    (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    assert statement["Principal"] == {"Service": "iot.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
