"""Every call to AWS fails once, before it takes effect and after: the event is undone, the next works.

The calls are recorded from a run in which nothing fails, so that a new call is covered by itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from certificate_authority.handler import AuthorityFailed
from tests.unit.certificate_authority.conftest import Account, NewAccount, Properties
from tests.unit.certificate_authority.events import create, delete, update
from tests.unit.certificate_authority.journal import Journal

custodies = pytest.mark.parametrize("custody", ["kms", "secrets_manager"])
lost_or_not = pytest.mark.parametrize("answer_lost", [False, True], ids=["before", "answer lost"])


@dataclass
class Failure:
    """One trial: the account after an event in which one call failed."""

    account: Account
    properties: Properties
    before: dict[str, Any]
    calls: list[str]


def failures(
    new_account: NewAccount,
    custody: str,
    arrange: Callable[[Properties], dict[str, Any]],
    event: Callable[[dict[str, Any], Properties], object],
    *,
    answer_lost: bool,
) -> Iterator[Failure]:
    """Run an event in a new account for each of its calls, and let that call fail."""
    account, properties = prepared(new_account, custody)
    before = arrange(properties)
    account.journal = Journal()
    event(before, properties)
    for position in range(len(account.journal.calls)):
        account, properties = prepared(new_account, custody)
        before = arrange(properties)
        account.journal = journal = Journal(fails_at=position, answer_lost=answer_lost)
        with pytest.raises(AuthorityFailed):
            event(before, properties)
        account.journal = Journal()
        yield Failure(account, properties, before, journal.calls)


def prepared(new_account: NewAccount, custody: str) -> tuple[Account, Properties]:
    account = new_account()
    return account, account.properties(custody)


def renamed(properties: Properties) -> Properties:
    return properties | {"Subject": {"common_name": "Renamed"}}


@custodies
@lost_or_not
def test_a_failed_create_leaves_nothing_and_the_next_one_works(
    new_account: NewAccount, custody: str, *, answer_lost: bool
) -> None:
    tried = 0
    for trial in failures(
        new_account, custody, lambda _: {}, lambda _, wanted: create(wanted), answer_lost=answer_lost
    ):
        assert trial.account.parameter() is None, trial.calls
        assert trial.account.iot.authorities == {}, trial.calls

        made = create(trial.properties)

        assert list(trial.account.iot.authorities) == [made["PhysicalResourceId"]]
        tried += 1
    assert tried >= 6


@custodies
@lost_or_not
def test_a_failed_replacement_leaves_the_old_authority_as_it_was_and_rolls_back_to_it(
    new_account: NewAccount, custody: str, *, answer_lost: bool
) -> None:
    tried = 0
    for trial in failures(
        new_account,
        custody,
        create,
        lambda before, old: update(before["PhysicalResourceId"], renamed(old), old),
        answer_lost=answer_lost,
    ):
        old_id = trial.before["PhysicalResourceId"]
        old = trial.account.iot.authorities[old_id]
        assert list(trial.account.iot.authorities) == [old_id], trial.calls
        assert trial.account.parameter() == old["certificatePem"], trial.calls
        assert (old["status"], old["autoRegistrationStatus"]) == ("ACTIVE", "ENABLE")

        rolled_back = update(old_id, trial.properties, renamed(trial.properties))

        assert rolled_back == trial.before
        tried += 1
    assert tried >= 6


@custodies
@lost_or_not
def test_a_failed_delete_can_be_repeated_until_nothing_is_left(
    new_account: NewAccount, custody: str, *, answer_lost: bool
) -> None:
    tried = 0
    for trial in failures(
        new_account,
        custody,
        create,
        lambda before, properties: delete(before["PhysicalResourceId"], properties),
        answer_lost=answer_lost,
    ):
        delete(trial.before["PhysicalResourceId"], trial.properties)

        assert trial.account.iot.authorities == {}, trial.calls
        assert trial.account.parameter() is None, trial.calls
        tried += 1
    assert tried >= 5
