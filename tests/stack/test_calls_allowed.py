"""Every call to AWS in a function's code is allowed to its role, and nothing is that it never calls."""

from collections.abc import Callable
from pathlib import Path

import pytest
from aws_cdk.assertions import Template
from calls import calls
from permissions import permissions

from tests.unit.owners_ca import key, pem, root

EVERYTHING = """
require_issuance_record = false
decision_function = "arn:aws:lambda:eu-west-1:123456789012:function:decide"
event_bus = "fleet"
[authorities.fleet]
custody = "{}"
[authorities.factory]
state = "trusted"
custody = "external"
mode = "SNI_ONLY"
certificate = '''{}'''
[provisioning]
thing_type = "zymkey"
groups = ["fleet"]
billing_group = "fleet"
"""
"""Settings that give every role all that any settings do, but for the other custody."""

ROLES = {
    "certificate_authority": "AuthoritiesRegistrarRole",
    "device_access": "DeviceAccessReleaseReleaserRole",
    "issuance": "IssuanceIssuerRole",
    "registration": "RegistrationRegistrarRole",
}
"""Folder of a function, and its role."""

BY_LAMBDA = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
}
"""What Lambda does in a role's name, and no code here."""

NOT_ITS_OWN = {
    "issuance": {
        "dynamodb:Query",  # records of an authority, which `jitr` lists
        "secretsmanager:PutSecretValue",  # a key that is made, by the authorities' function
    },
    "registration": {"dynamodb:Query"},
}
"""Calls in modules that a function shares with others, which it never comes to."""


@pytest.fixture(scope="module")
def allowed(
    synthesise: Callable[[str, Path], Template], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, set[str]]:
    """Actions by role, of environments that have everything."""
    folder = tmp_path_factory.mktemp("everything")
    found: dict[str, set[str]] = {}
    for name, custody in {"kms": "kms", "exportable": "secrets_manager"}.items():
        (folder / f"{name}.toml").write_text(EVERYTHING.format(custody, pem(root("Factory", key()))))
        for role, statements in permissions(synthesise(name, folder)).items():
            found.setdefault(role, set()).update(action for actions, _ in statements for action in actions)
    return found


@pytest.mark.parametrize("part", ROLES)
def test_role_allows_exactly_what_its_functions_code_calls(part: str, allowed: dict[str, set[str]]) -> None:
    assert calls(part) - NOT_ITS_OWN.get(part, set()) == allowed[ROLES[part]] - BY_LAMBDA
