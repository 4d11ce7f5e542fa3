"""Least privilege, proven: each role's work is done as it is deployed, and breaks without any one action."""

import re
from collections.abc import Callable, Iterator
from types import MappingProxyType

import pytest
from fleet import Cdk, Fleet
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
from work_of_registration import devices_are_registered
from workplace import DENIED, Broken, Workplace

from jitr.local import LocalAws

WORK: MappingProxyType[str, Callable[[Workplace], None]] = MappingProxyType(
    {
        "AuthoritiesRegistrar": authorities_come_and_go,
        "IssuanceIssuer": requests_are_signed,
        "RegistrationRegistrar": devices_are_registered,
    }
)
"""What each function's role is for."""

NEEDED = {
    (FULL, "AuthoritiesRegistrar"): (
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
    (FULL, "IssuanceIssuer"): (
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
    (EXPORTABLE, "IssuanceIssuer"): ("secretsmanager:GetSecretValue",),
    (FULL, "RegistrationRegistrar"): (
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

LAMBDAS_OWN = "Lambda itself does it in the role's name; the embedded AWS does it without asking IAM"
UNSEEN = {
    "iot:ListPrincipalThings": "asked only after AWS IoT has refused an exclusive principal, which the "
    "embedded AWS knows nothing of",
    "logs:CreateLogStream": LAMBDAS_OWN,
    "logs:PutLogEvents": LAMBDAS_OWN,
    "sqs:DeleteMessage": LAMBDAS_OWN,
    "sqs:GetQueueAttributes": LAMBDAS_OWN,
    "sqs:ReceiveMessage": LAMBDAS_OWN,
}
"""Actions of these roles whose removal the embedded AWS does not notice, and why."""


@pytest.fixture(scope="module")
def places(
    aws: LocalAws, cdk: Cdk, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Workplace]]:
    """Both environments, deployed; nothing of them is left afterwards."""
    folder, factory = tmp_path_factory.mktemp("pared"), Owner()
    write_settings(folder, factory)
    fleets = [Fleet(aws, name, folder / name) for name in (FULL, EXPORTABLE)]
    with what_is_the_owners(fleets[0]):
        names = [f"{fleet.environment}/*" for fleet in fleets]
        cdk("deploy", *names, "--require-approval", "never", "--concurrency", "2", environments=folder)
        stop_consuming(fleets[0])
        yield {fleet.environment: Workplace(fleet, factory) for fleet in fleets}
        for fleet in fleets:
            destroy(fleet)


@pytest.mark.parametrize(("environment", "function"), NEEDED)
def test_work_is_done_and_every_call_is_allowed(
    environment: str, function: str, places: dict[str, Workplace]
) -> None:
    place = places[environment]
    before = len(place.said(f"{function}Function"))

    WORK[function](place)

    said = place.said(f"{function}Function")[before:]
    assert [line for line in said if DENIED in line] == []


@pytest.mark.parametrize(
    ("environment", "function", "action"),
    [(*where, action) for where, actions in NEEDED.items() for action in actions],
)
def test_work_breaks_without(
    environment: str, function: str, action: str, places: dict[str, Workplace]
) -> None:
    place = places[environment]

    with (
        without(place.fleet, place.roles[f"{function}Role"], action),
        pytest.raises(Broken, match=f"{DENIED}:? {re.escape(action)}"),
    ):
        WORK[function](place)


@pytest.mark.parametrize("function", WORK)
def test_every_action_is_tried_or_has_its_reason(function: str, places: dict[str, Workplace]) -> None:
    allowed = {
        action
        for place in places.values()
        for action in place.roles[f"{function}Role"].actions - set(ALSO.values())
    }
    tried = {action for (_, of), actions in NEEDED.items() if of == function for action in actions}

    assert allowed - UNSEEN.keys() == tried
