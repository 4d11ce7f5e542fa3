"""Least privilege, proven: each role's work is done as it is deployed, and breaks without any one action."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType

import pytest
import work_of_authorities
import work_of_issuance
import work_of_registration
import work_of_release
from fleet import Cdk, Fleet
from going_stack import going
from owner import Owner
from pared import ALSO, without
from pared_environment import (
    EXPORTABLE,
    FULL,
    destroy,
    stop_consuming,
    what_is_the_owners,
    write_settings,
)
from work_of_authorities import authorities_come_and_go
from work_of_issuance import requests_are_signed
from work_of_providers import AUTHORITIES, RELEASE, authority_is_handed_on, release_is_handed_on
from work_of_registration import devices_are_registered
from work_of_release import policy_is_released
from workplace import DENIED, Broken, Workplace

from jitr.local import LocalAws


@dataclass(frozen=True)
class Duty:
    """What a role is for, and the function that does it."""

    function: str
    work: Callable[[Workplace], None]


DUTIES = MappingProxyType(
    {
        "AuthoritiesRegistrarRole": Duty(work_of_authorities.FUNCTION, authorities_come_and_go),
        "AuthoritiesProviderRole": Duty(AUTHORITIES, authority_is_handed_on),
        "DeviceAccessReleaseReleaserRole": Duty(work_of_release.FUNCTION, policy_is_released),
        "DeviceAccessReleaseProviderRole": Duty(RELEASE, release_is_handed_on),
        "IssuanceIssuerRole": Duty(work_of_issuance.FUNCTION, requests_are_signed),
        "RegistrationRegistrarRole": Duty(work_of_registration.FUNCTION, devices_are_registered),
    }
)

NEEDED = {
    (FULL, "AuthoritiesRegistrarRole"): (
        "iot:DeleteCACertificate",
        "iot:DescribeCACertificate",
        "iot:GetRegistrationCode",
        "iot:ListCertificatesByCA",
        "iot:ListTagsForResource",
        "iot:RegisterCACertificate",
        "iot:TagResource",
        "iot:UntagResource",
        "iot:UpdateCACertificate",
        "kms:GetPublicKey",
        "kms:Sign",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "ssm:DeleteParameter",
        "ssm:GetParameter",
        "ssm:GetParameterHistory",
        "ssm:PutParameter",
    ),
    (FULL, "IssuanceIssuerRole"): (
        "dynamodb:BatchGetItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "iot:DescribeThingGroup",
        "iot:DescribeThingType",
        "kms:GetPublicKey",
        "kms:Sign",
        "ssm:GetParameter",
    ),
    (EXPORTABLE, "IssuanceIssuerRole"): ("secretsmanager:GetSecretValue",),
    (FULL, "AuthoritiesProviderRole"): ("lambda:InvokeFunction",),
    (FULL, "DeviceAccessReleaseProviderRole"): ("lambda:InvokeFunction",),
    (EXPORTABLE, "DeviceAccessReleaseReleaserRole"): (
        "cloudformation:DescribeStacks",
        "iot:DeletePolicy",
        "iot:DeletePolicyVersion",
        "iot:DetachPolicy",
        "iot:ListPolicyVersions",
        "iot:ListTargetsForPolicy",
    ),
    (FULL, "RegistrationRegistrarRole"): (
        "dynamodb:BatchGetItem",
        "dynamodb:ConditionCheckItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "events:PutEvents",
        "iot:AddThingToThingGroup",
        "iot:AttachPolicy",
        "iot:AttachThingPrincipal",
        "iot:CreateThing",
        "iot:DescribeCertificate",
        "iot:DescribeThing",
        "iot:UpdateCertificate",
        "lambda:InvokeFunction",
        "sqs:ChangeMessageVisibility",
        "sqs:SendMessage",
    ),
}
"""By environment and function: every action whose removal breaks the work of its role."""

BY_LAMBDA = "Lambda does it in the role's name; the embedded AWS does it without asking IAM"
BY_THE_RULE = "the embedded AWS's topic rules write to a queue without asking the role"
BY_THE_CDK = "the CDK's framework asks only after an invocation has failed, and before it tries again"
LOGS = {"logs:CreateLogStream": BY_LAMBDA, "logs:PutLogEvents": BY_LAMBDA}
UNSEEN = {
    "AuthoritiesProviderRole": {"lambda:GetFunction": BY_THE_CDK},
    "DeviceAccessReleaseProviderRole": {"lambda:GetFunction": BY_THE_CDK},
    "RegistrationAuthorityfactoryRuleRole": {"sqs:SendMessage": BY_THE_RULE},
    "RegistrationAuthorityfleetRuleRole": {"sqs:SendMessage": BY_THE_RULE},
    "RegistrationAuthorityspareRuleRole": {"sqs:SendMessage": BY_THE_RULE},
    "RegistrationRegistrarRole": {
        "iot:ListPrincipalThings": "asked only after AWS IoT has refused a certificate that belongs to "
        "another thing, which the embedded AWS never does",
        "sqs:DeleteMessage": BY_LAMBDA,
        "sqs:GetQueueAttributes": BY_LAMBDA,
        "sqs:ReceiveMessage": BY_LAMBDA,
    },
}
"""Actions whose removal the embedded AWS does not notice, by role, and why; beside them the logs of each."""


@pytest.fixture(scope="module")
def places(
    aws: LocalAws, cdk: Cdk, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Workplace]]:
    """Both environments, deployed, the second on its way out; nothing of them is left afterwards."""
    folder, factory = tmp_path_factory.mktemp("pared"), Owner()
    write_settings(folder, factory)
    full, exportable = (Fleet(aws, name, folder / name) for name in (FULL, EXPORTABLE))
    with what_is_the_owners(full):
        names = (f"{FULL}/*", f"{EXPORTABLE}/*")
        cdk("deploy", *names, "--require-approval", "never", "--concurrency", "2", environments=folder)
        stop_consuming(full)
        with going(exportable):
            yield {fleet.environment: Workplace(fleet, factory) for fleet in (full, exportable)}
        destroy(full)


@pytest.mark.parametrize(("environment", "role"), NEEDED)
def test_work_is_done_and_every_call_is_allowed(
    environment: str, role: str, places: dict[str, Workplace]
) -> None:
    place, duty = places[environment], DUTIES[role]
    before = len(place.said(duty.function))

    duty.work(place)

    assert [line for line in place.said(duty.function)[before:] if DENIED in line] == []


@pytest.mark.parametrize(
    ("environment", "role", "action"),
    [(*where, action) for where, actions in NEEDED.items() for action in actions],
)
def test_work_breaks_without(environment: str, role: str, action: str, places: dict[str, Workplace]) -> None:
    place = places[environment]

    with (
        without(place.fleet, place.roles[role], action),
        pytest.raises(Broken, match=f"{DENIED}:? {re.escape(action)}"),
    ):
        DUTIES[role].work(place)


def test_every_action_of_every_role_is_tried_or_has_its_reason(places: dict[str, Workplace]) -> None:
    allowed = {
        (role, action)
        for place in places.values()
        for role, found in place.roles.items()
        for action in found.actions - set(ALSO.values())
    }
    tried = {(role, action) for (_, role), actions in NEEDED.items() for action in actions}
    excused = {(role, action) for role, action in allowed if action in UNSEEN.get(role, {}) | LOGS}

    assert allowed == tried | excused
    assert not tried & excused
