"""The stack and its authorities, as the doctor finds them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import botocore.session
import pytest

from contract import Openness
from jitr.authorities import RegisteredAuthority
from jitr.doctor import authority, stack
from jitr.doctor.check import Verdict
from jitr.standing import Standing
from jitr_stack.authorities import Authority
from pki.authority import authority_certificate, subject_name
from pki.identity import certificate_id, pem
from tests.unit.jitr.factory import CA, CA_KEY, FLEET
from tests.unit.jitr.stubbed_account import StubbedAccount, said

REGISTERED = RegisteredAuthority(FLEET.id, "arn", "ACTIVE", "ENABLE", "DEFAULT", pem(CA))
STATUSES = botocore.session.get_session().get_service_model("cloudformation").shape_for("StackStatus").enum


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_that_cloudformation_knows_has_a_meaning(status: str) -> None:
    found = stack.of_status("dev-jitr", status)

    in_order = status in {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "IMPORT_COMPLETE",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    }
    broken = status.endswith("FAILED") or status == "ROLLBACK_COMPLETE"
    assert (found.verdict is Verdict.OK, found.verdict is Verdict.FAILED) == (in_order, broken)
    assert in_order or found.advice


def test_why_a_stack_is_broken_is_said_in_one_line() -> None:
    found = stack.of_status("dev-jitr", "UPDATE_ROLLBACK_FAILED", "A\nB")

    assert found.found == "dev-jitr is UPDATE_ROLLBACK_FAILED (A B)"
    assert "cdk rollback" in str(found.advice)


def test_a_stack_that_is_not_deployed_is_a_warning_beyond_which_nothing_is_seen(
    stubbed: StubbedAccount,
) -> None:
    stubbed.client("cloudformation")
    stubbed.stubs["cloudformation"].add_client_error("describe_stacks", "ValidationError", "does not exist")

    (found,) = stack.stack(stubbed.site)

    assert (found.verdict, found.ends) == (Verdict.WARNING, True)
    assert "npx cdk deploy 'dev/*'" in str(found.advice)


@pytest.mark.parametrize(
    ("asked", "protected", "warnings"),
    [(True, False, 1), (True, True, 0), (False, False, 0), (False, True, 0)],
)
def test_a_stack_that_lacks_its_protection_is_a_warning(
    stubbed: StubbedAccount, *, asked: bool, protected: bool, warnings: int
) -> None:
    stubbed.site.settings = stubbed.site.settings.model_copy(update={"termination_protection": asked})
    stubbed.site.stack = {
        "StackName": "dev-jitr",
        "CreationTime": datetime(2030, 1, 1, tzinfo=UTC),
        "StackStatus": "UPDATE_COMPLETE",
        "EnableTerminationProtection": protected,
    }

    found = [said(finding) for finding in stack.stack(stubbed.site)]

    lacking = "dev-jitr is not protected against deletion, but the file says termination_protection = true"
    assert found == [
        (Verdict.OK, "dev-jitr is UPDATE_COMPLETE"),
        *[(Verdict.WARNING, lacking)] * warnings,
    ]


def standing(state: str = "issuing", **registered: str) -> Standing:
    wanted = Authority.model_validate({"state": state})
    return Standing("fleet", wanted, FLEET, replace(REGISTERED, **registered))


def test_an_authority_as_the_file_says_is_in_order() -> None:
    assert authority.of_standing(standing(), Openness.OPEN).verdict is Verdict.OK


def test_an_authority_that_somebody_switched_off_is_a_failure() -> None:
    found = authority.of_standing(standing(status="INACTIVE"), Openness.OPEN)

    assert said(found) == (Verdict.FAILED, "status is INACTIVE, but issuing means ACTIVE")


def test_an_authority_that_only_waits_for_the_next_deploy_is_a_warning() -> None:
    found = authority.of_standing(standing("closed"), Openness.OPEN)

    assert found.verdict is Verdict.WARNING
    assert found.found.endswith("it is as it was deployed")


def test_an_authority_that_was_deleted_at_aws_iot_is_a_failure() -> None:
    found = authority.of_standing(Standing("fleet", standing().wanted, FLEET), Openness.OPEN)

    assert found.verdict is Verdict.FAILED


def test_an_authority_that_is_not_deployed_yet_is_a_warning() -> None:
    found = authority.of_standing(Standing("next", standing().wanted), None)

    assert said(found) == (Verdict.WARNING, "not deployed yet")


@pytest.mark.parametrize(("days", "verdict"), [(179, Verdict.WARNING), (200, Verdict.OK)])
def test_an_authority_near_its_end_is_said_half_a_year_before(days: int, verdict: Verdict) -> None:
    ca = authority_certificate(CA_KEY, subject_name({"common_name": "old"}), timedelta(days=days))
    registered = replace(REGISTERED, certificate_id=certificate_id(ca), certificate=pem(ca))
    old = Standing("fleet", standing().wanted, replace(FLEET, certificate=ca), registered)

    assert authority.of_standing(old, Openness.OPEN).verdict is verdict
