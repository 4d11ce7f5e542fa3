"""An event again and again, each time in a new account and with another of its calls gone wrong."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from certificate_authority.handler import AuthorityFailed
from tests.unit.certificate_authority.account import Account
from tests.unit.certificate_authority.journal import Fault, Journal, Killed
from tests.unit.certificate_authority.scenarios import Kind, Life, Scenario

NewAccount = Callable[[], Account]


@dataclass(frozen=True)
class Trial:
    """A life after an event in which one call went wrong; `before` is the state before the event."""

    life: Life
    before: object
    failed: bool
    calls: list[str]


Attempts = Callable[[Scenario, Kind, Fault], Iterator[Trial]]


def trials(new_account: NewAccount, scenario: Scenario, kind: Kind, fault: Fault) -> Iterator[Trial]:
    """Try each call that the event makes when nothing goes wrong: recorded, not written by hand."""
    life = prepared(new_account, scenario, kind)
    life.account.journal = journal = Journal()
    scenario.event(life)
    for position in range(len(journal.calls)):
        yield _trial(prepared(new_account, scenario, kind), scenario, position, fault)


def prepared(new_account: NewAccount, scenario: Scenario, kind: Kind) -> Life:
    account = new_account()
    life = Life(account, scenario.properties(account.properties(kind.custody, mode=kind.mode)))
    scenario.before(life)
    return life


def _trial(life: Life, scenario: Scenario, position: int, fault: Fault) -> Trial:
    before = life.account.state()
    life.account.journal = journal = Journal(fails_at=position, fault=fault)
    failed = True
    with suppress(AuthorityFailed, Killed):
        scenario.event(life)
        failed = False
    life.account.journal = Journal()
    return Trial(life, before, failed, journal.calls)
