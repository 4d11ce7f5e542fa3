"""Every policy of every template names actions that exist, on resources that AWS authorises them on."""

import json
import re
from typing import Any

import pytest
from authorization import faults, known, malformed
from aws_cdk.assertions import Template
from permissions import as_list
from policy_documents import DEVICE, IDENTITY, OF_A_RESOURCE, documents

EVERYWHERE = pytest.mark.parametrize("environment", ["local", "dev", "prod", "exportable"])
ON_AWS = pytest.mark.parametrize("environment", ["dev", "prod", "exportable"])

ACKNOWLEDGED = {
    # The table names the certificate now; until a real account has shown that it is so, any is allowed.
    ("RegistrationRegistrarRoleDefaultPolicy", "iot:ListPrincipalThings: not authorised on *"),
}
CONCESSIONS = {  # what the embedded AWS authorises in its own way; reasons in jitr_stack/concessions.py
    ("AuthoritiesRegistrarRoleDefaultPolicy", "iot:DeleteCACertificate: not authorised on *"),
    ("AuthoritiesRegistrarRoleDefaultPolicy", "iot:DescribeCACertificate: not authorised on *"),
    ("AuthoritiesRegistrarRoleDefaultPolicy", "iot:UpdateCACertificate: not authorised on *"),
    ("DeviceAccessReleaseReleaserRoleDefaultPolicy", "iot:DetachPolicy: not authorised on *"),
    ("DeviceAccessReleaseReleaserRoleDefaultPolicy", "iot:ListTargetsForPolicy: not authorised on *"),
    ("RegistrationRegistrarRoleDefaultPolicy", "iot:AttachPolicy: not authorised on *"),
    (
        "RegistrationRegistrarRoleDefaultPolicy",
        "iot:AttachThingPrincipal: not authorised on arn:aws:iot:us-east-1:000000000000:thing/*",
    ),
    ("RegistrationRegistrarRoleDefaultPolicy", "sqs:ChangeMessageVisibilityBatch: no such action"),
}

VARIABLES = {"iot:Connection.Thing.ThingName", "iot:Certificate.Subject.CommonName"}
"""AWS IoT Core developer guide, "Thing policy variables" and "X.509 Certificate policy variables"."""
LONGEST = 2048
"""Characters of an AWS IoT policy, white space not counted (AWS IoT Core quotas, "Policy document size")."""


def all_faults(template: Template, where: dict[str, str]) -> set[tuple[str, str]]:
    return {(name, fault) for name, document in documents(template, where) for fault in faults(document)}


@ON_AWS
def test_roles_may_do_what_exists_where_aws_authorises_it(
    environment: str, templates: dict[str, Template]
) -> None:
    assert all_faults(templates[environment], IDENTITY) == ACKNOWLEDGED


def test_roles_on_the_embedded_aws_differ_by_the_concessions_alone(templates: dict[str, Template]) -> None:
    assert all_faults(templates["local"], IDENTITY) == ACKNOWLEDGED | CONCESSIONS


@EVERYWHERE
def test_resources_policies_are_well_formed_and_name_actions_that_exist(
    environment: str, templates: dict[str, Template]
) -> None:
    found = [document for _, document in documents(templates[environment], OF_A_RESOURCE)]
    actions = {
        action for policy in found for stated in policy["Statement"] for action in as_list(stated["Action"])
    }

    assert [fault for document in found for fault in malformed(document)] == []
    assert {action for action in actions if not known(action)} <= {"kms:*", "sqs:*"}


@EVERYWHERE
def test_devices_may_do_what_exists_where_aws_authorises_it(
    environment: str, templates: dict[str, Template]
) -> None:
    assert all_faults(templates[environment], DEVICE) == set()


@EVERYWHERE
def test_the_device_policy_uses_variables_that_aws_fills_in_and_fits_its_quota(
    environment: str, templates: dict[str, Template]
) -> None:
    ((_, document),) = documents(templates[environment], DEVICE)
    text = json.dumps(document, separators=(",", ":"))

    assert set(re.findall(r"\$\{([^}]*)\}", text)) == VARIABLES
    assert len(text) <= LONGEST


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        ({"Action": "iot:Publsh", "Resource": "*"}, "iot:Publsh: no such action"),
        (
            {"Action": "iot:Connect", "Resource": "arn:aws:iot:eu-central-1:123456789012:topic/x"},
            "iot:Connect: not authorised on arn:aws:iot:eu-central-1:123456789012:topic/x",
        ),
        ({"Action": "kms:Sign", "Resource": "*"}, "kms:Sign: not authorised on *"),
        (
            {
                "Action": "iot:GetRegistrationCode",
                "Resource": "arn:aws:iot:eu-central-1:123456789012:cacert/x",
            },
            "iot:GetRegistrationCode: not authorised on arn:aws:iot:eu-central-1:123456789012:cacert/x",
        ),
        (
            {
                "Action": "sqs:SendMessage",
                "Resource": ["arn:aws:sqs:eu-central-1:123456789012:q", "arn:aws:s3:::b"],
            },
            "arn:aws:s3:::b: none of the statement's actions is authorised on it",
        ),
        ({"Action": "kms:Sign", "Resource": [], "Conditions": {}}, "unknown keys ['Conditions']"),
        ({"Action": "kms:Sign", "Resource": [], "Effect": "allow"}, "effect allow"),
    ],
)
def test_a_policy_that_would_do_nothing_would_be_found(planted: dict[str, Any], fault: str) -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **planted}]}

    assert fault in set(faults(document))
