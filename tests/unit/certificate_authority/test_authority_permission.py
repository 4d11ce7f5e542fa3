"""A role that was changed a moment ago: AWS denies the first calls, and then it does not."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from certificate_authority import permission
from certificate_authority.handler import AuthorityFailed
from certificate_authority.permission import once_allowed
from tests.unit.certificate_authority.account import Account
from tests.unit.certificate_authority.events import create


def denied(times: int, code: str = "AccessDeniedException") -> Callable[..., str]:
    """A call that AWS refuses for the first `times` times."""
    remaining = iter(range(times))

    def call(**_: Any) -> str:
        if next(remaining, None) is not None:
            raise ClientError({"Error": {"Code": code, "Message": "not authorized"}}, "GetPublicKey")
        return "done"

    return call


@pytest.mark.parametrize("times", [0, 1, 4])
def test_a_call_that_is_denied_for_a_while_is_made_again(times: int) -> None:
    pauses: list[float] = []

    assert once_allowed(denied(times), pauses.append) == "done"
    assert pauses == [2, 4, 8, 10][:times]


def test_a_call_that_stays_denied_fails_before_the_function_runs_out_of_time() -> None:
    pauses: list[float] = []

    with pytest.raises(ClientError, match="not authorized"):
        once_allowed(denied(5), pauses.append)

    assert sum(pauses) <= 30


def test_another_refusal_is_not_waited_for() -> None:
    pauses: list[float] = []

    with pytest.raises(ClientError):
        once_allowed(denied(1, "DisabledException"), pauses.append)

    assert pauses == []


@pytest.mark.parametrize(("custody", "first_call"), [("kms", "kms"), ("secrets_manager", "secretsmanager")])
def test_the_key_is_the_first_that_the_function_asks_for(
    account: Account, custody: str, first_call: str
) -> None:
    create(account.properties(custody))

    assert account.journal.calls[0].startswith(f"{first_call}.")


def test_an_authority_that_may_never_use_its_key_says_so_and_leaves_nothing(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(permission, "PAUSES", ())
    monkeypatch.setattr(account.kms, "get_public_key", denied(1))

    with pytest.raises(AuthorityFailed, match="lacks a permission"):
        create(account.properties("kms"))

    assert account.parameter() is None


def test_an_authority_is_made_although_its_key_was_denied_at_first(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, refuse = account.kms.get_public_key, denied(1)
    monkeypatch.setattr(permission, "PAUSES", (0.0,))
    monkeypatch.setattr(account.kms, "get_public_key", lambda **given: refuse() and honest(**given))

    made = create(account.properties("kms"))

    assert made["Data"]["CertificateId"] == made["PhysicalResourceId"]
