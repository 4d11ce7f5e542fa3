"""What `jitr ca describe-rotation` says at every step of a rotation."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from contract import CertificateMode
from jitr.authorities import RegisteredAuthority
from jitr.environment_authorities import DeployedAuthority
from jitr.rotation import Rotation, Stage, describe
from jitr.standing import EXPECTED, Counts, Standing
from jitr_stack.authorities import OPENNESS, Authority
from jitr_stack.settings import Settings
from pki.authority import authority_certificate, subject_name
from pki.identity import pem

KEY = ec.generate_private_key(ec.SECP256R1())
NOW = datetime.now(UTC)
NONE, SOME = Counts(0, 0, 0), Counts(40, 3, 30)
GONE = Counts(40, 0, 0)
"""Forty certificates were signed, and no device uses one any more."""
DEPLOY = "deploy: `cdk deploy 'site/*'`"


def standing(name: str, state: str, *, age: int, counts: Counts = SOME, days: int = 3650) -> Standing:
    """An authority that is at AWS as the file says; `age` in days."""
    wanted = Authority.model_validate({"state": state, "subject": {"common_name": name}})
    certificate = authority_certificate(
        KEY, subject_name({"common_name": name}), timedelta(days=days), NOW - timedelta(days=age)
    )
    status, auto_registration = EXPECTED[OPENNESS[state]]
    deployed = DeployedAuthority(name, certificate)
    registered = RegisteredAuthority(
        deployed.id, "arn", status, auto_registration, CertificateMode.DEFAULT, pem(certificate)
    )
    return Standing(name, wanted, deployed, registered, counts)


def rotation(*found: Standing, **settings: Any) -> Rotation:
    authorities = {each.name: each.wanted for each in found if each.wanted}
    chosen = {"name": "site", "authorities": authorities} | settings
    return describe(Settings.model_construct(**_defaults() | chosen), found)


def _defaults() -> dict[str, Any]:
    return {"device_validity_days": 365, "delete_authorities_with_certificates": False}


def test_one_authority_has_time_until_it_cuts_certificates_short() -> None:
    said = rotation(standing("old", "issuing", age=650))
    assert said.stage is Stage.QUIET
    assert said.next[0].startswith("nothing for 2,6")
    assert (
        'add another authority to environments/site.toml: [authorities.NEW] state = "trusted"' in said.next[1]
    )


def test_one_authority_near_its_end_is_to_be_rotated_now() -> None:
    said = rotation(standing("old", "issuing", age=3400))
    assert said.stage is Stage.QUIET
    assert "ends in 249 days, so its certificates are cut short of 365: rotate now" in said.next[0]
    assert said.next[-1] == DEPLOY


def test_a_second_authority_that_is_trusted_is_to_sign_next() -> None:
    said = rotation(standing("old", "issuing", age=700), standing("new", "trusted", age=1, counts=NONE))
    assert said.stage is Stage.ADDED
    assert said.next == [
        'in environments/site.toml: [authorities.new] state = "issuing"',
        'in environments/site.toml: [authorities.old] state = "trusted"',
        DEPLOY,
    ]


@pytest.mark.parametrize("age", [0, 1])
def test_of_two_that_one_deploy_made_the_unused_one_is_to_sign_next(age: int) -> None:
    new = standing("new", "trusted", age=0, counts=NONE)
    assert rotation(standing("old", "issuing", age=age), new).stage is Stage.ADDED


def test_while_the_old_one_has_devices_they_are_counted() -> None:
    said = rotation(standing("old", "trusted", age=700), standing("new", "issuing", age=9, counts=SOME))
    assert said.stage is Stage.DRAINING
    assert said.next[0].startswith("30 active devices have certificates of old, and 3 have not connected yet")
    assert '[authorities.old] state = "closed"' in said.next[1]
    assert (
        'when both numbers are 0, in environments/site.toml: [authorities.old] state = "retired"' in said.next
    )


def test_right_after_the_move_the_old_one_is_not_taken_for_the_next() -> None:
    """In a test or a demonstration, both are minutes old."""
    said = rotation(standing("old", "trusted", age=0), standing("new", "issuing", age=0, counts=NONE))
    assert said.stage is Stage.DRAINING


def test_a_closed_one_with_devices_is_waited_for() -> None:
    said = rotation(standing("old", "closed", age=700), standing("new", "issuing", age=9))
    assert said.stage is Stage.DRAINING
    assert not any('"closed"' in step for step in said.next)


@pytest.mark.parametrize("state", ["trusted", "closed"])
def test_an_old_one_without_devices_is_to_be_retired(state: str) -> None:
    said = rotation(standing("old", state, age=700, counts=GONE), standing("new", "issuing", age=9))
    assert said.stage is Stage.DRAINED
    assert said.next == ['in environments/site.toml: [authorities.old] state = "retired"', DEPLOY]


def test_a_retired_one_is_to_be_removed_and_what_stands_in_the_way_is_said() -> None:
    said = rotation(standing("old", "retired", age=700, counts=GONE), standing("new", "issuing", age=9))
    assert said.stage is Stage.RETIRED
    assert "delete_authorities_with_certificates = true" in said.next[0]
    assert said.next[1:] == ["remove [authorities.old] from environments/site.toml", DEPLOY]


def test_a_retired_one_that_signed_nothing_may_be_still_to_come() -> None:
    young = standing("next", "retired", age=1, counts=NONE)

    said = rotation(standing("old", "issuing", age=700), young)

    assert said.stage is Stage.RETIRED
    assert "`jitr ca request next`" in said.next[0]


def test_a_retired_one_hides_no_successor() -> None:
    young = standing("next", "retired", age=1, counts=NONE)

    said = rotation(standing("old", "issuing", age=700), standing("new", "trusted", age=9), young)

    assert said.stage is Stage.ADDED


def test_a_retired_one_is_simply_removed_where_certificates_do_not_stand_in_the_way() -> None:
    said = rotation(
        standing("old", "retired", age=700, counts=GONE),
        standing("new", "issuing", age=9),
        delete_authorities_with_certificates=True,
    )
    assert said.next == ["remove [authorities.old] from environments/site.toml", DEPLOY]


def test_a_retired_one_with_active_devices_is_an_alarm() -> None:
    said = rotation(standing("old", "retired", age=700), standing("new", "issuing", age=9))
    assert said.next == [
        "30 devices of old are still active; where they are to stay online: in environments/site.toml: "
        f'[authorities.old] state = "closed", and {DEPLOY}'
    ]


def test_what_aws_has_otherwise_comes_first() -> None:
    wanted = Authority.model_validate({"state": "trusted", "subject": {"common_name": "new"}})
    said = rotation(standing("old", "issuing", age=700), Standing("new", wanted))
    assert said.stage is Stage.MISMATCHED
    assert said.standing[1] == "new: trusted; not deployed yet"
    assert said.next == [f"{DEPLOY}, which puts AWS right"]


def test_one_that_was_taken_out_and_kept_is_named() -> None:
    kept = Standing("kept", None, standing("kept", "retired", age=900).deployed)
    said = rotation(standing("old", "issuing", age=700), kept)
    assert said.stage is Stage.MISMATCHED
    assert said.next == [
        "authority kept was taken out of environments/site.toml and kept at AWS; put it back with state "
        '"retired", or delete it at AWS IoT'
    ]


def test_authorities_of_others_are_no_part_of_it() -> None:
    other = Standing(None, registered=standing("x", "trusted", age=1).registered)
    said = rotation(standing("old", "issuing", age=700), other)
    assert (said.stage, len(said.standing)) == (Stage.QUIET, 1)


def test_a_line_tells_state_days_and_certificates() -> None:
    (line,) = rotation(standing("old", "issuing", age=650)).standing
    assert line == "old: issuing; 2,999 days left; 40 issued, 3 waiting, 30 active"
