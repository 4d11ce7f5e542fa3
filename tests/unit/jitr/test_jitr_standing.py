"""Where AWS is not as the environment's file says, it is said."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from jitr.authorities import RegisteredAuthority
from jitr.environment_authorities import DeployedAuthority
from jitr.standing import Standing
from jitr_stack.authorities import Authority
from pki.authority import authority_certificate, subject_name
from pki.identity import pem
from tests.unit.jitr.factory import CA, FLEET

REGISTERED = RegisteredAuthority(FLEET.id, "arn", "ACTIVE", "ENABLE", "DEFAULT", pem(CA))
EXTERNAL = {"state": "trusted", "custody": "external", "mode": "SNI_ONLY", "certificate": pem(CA)}


def mismatches(wanted: dict[str, Any], **registered: str) -> list[str]:
    authority = Authority.model_validate(wanted)
    return Standing("fleet", authority, FLEET, replace(REGISTERED, **registered)).mismatches()


@pytest.mark.parametrize(
    ("state", "status", "auto_registration"),
    [
        ("issuing", "ACTIVE", "ENABLE"),
        ("trusted", "ACTIVE", "ENABLE"),
        ("closed", "ACTIVE", "DISABLE"),
        ("retired", "INACTIVE", "DISABLE"),
    ],
)
def test_every_state_has_its_registration(state: str, status: str, auto_registration: str) -> None:
    assert not mismatches({"state": state}, status=status, auto_registration=auto_registration)


def test_an_authority_that_somebody_switched_off_is_said() -> None:
    assert mismatches({"state": "issuing"}, status="INACTIVE", auto_registration="DISABLE") == [
        "status is INACTIVE, but issuing means ACTIVE",
        "auto-registration is DISABLE, but issuing means ENABLE",
    ]


def test_a_closed_authority_that_lets_devices_in_is_said() -> None:
    assert mismatches({"state": "closed"}) == ["auto-registration is ENABLE, but closed means DISABLE"]


def test_another_mode_is_said() -> None:
    assert mismatches({"state": "issuing"}, mode="SNI_ONLY") == [
        "its mode is SNI_ONLY, the file says DEFAULT"
    ]


def test_another_key_algorithm_is_said() -> None:
    assert mismatches({"state": "issuing", "algorithm": "P-384"}) == ["its key is P-256, the file says P-384"]


def test_the_certificate_of_an_external_authority_is_compared() -> None:
    assert not mismatches(EXTERNAL, mode="SNI_ONLY")
    key = ec.generate_private_key(ec.SECP256R1())
    other = pem(authority_certificate(key, subject_name({"common_name": "x"}), timedelta(days=9)))
    assert mismatches(EXTERNAL | {"certificate": other}, mode="SNI_ONLY") == [
        "another certificate is deployed than the file names"
    ]


def test_an_authority_that_is_not_deployed_is_said() -> None:
    assert Standing("fleet", Authority()).mismatches() == ["not deployed yet"]


def test_an_authority_that_was_deleted_at_aws_is_said() -> None:
    assert Standing("fleet", Authority(), FLEET).mismatches() == [
        "AWS IoT does not hold it: it was deleted there"
    ]


def test_an_authority_of_nobody_here_has_no_mismatch() -> None:
    assert Standing(None, registered=REGISTERED).mismatches() == []


def test_all_fields_are_there_even_where_nothing_is_known() -> None:
    known = Standing("fleet", Authority(), FLEET, REGISTERED).fields()
    unknown = Standing("fleet", Authority()).fields()
    assert known.keys() == unknown.keys()
    assert known["days_left"] == 3649
    assert (known["algorithm"], known["custody"]) == ("P-256", "kms")


def test_days_left_are_whole_days() -> None:
    assert Standing("fleet", None, DeployedAuthority("fleet", CA)).days_left == 3649
