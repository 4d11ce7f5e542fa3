"""One AWS account for a test, and an event tried with each of its calls gone wrong."""

from collections.abc import Callable, Iterator

import pytest
from moto import mock_aws
from moto.backends import get_backend

from certificate_authority import handler
from tests.unit.certificate_authority.account import Account, Properties
from tests.unit.certificate_authority.journal import Fault
from tests.unit.certificate_authority.scenarios import Kind, Scenario
from tests.unit.certificate_authority.trials import Attempts, NewAccount, Trial, trials
from tests.unit.pki.moto_clients import client


@pytest.fixture
def new_account(monkeypatch: pytest.MonkeyPatch) -> Iterator[NewAccount]:
    """Make an empty account, to which the function talks from then on."""

    with mock_aws():
        ssm, secrets = client("ssm"), client("secretsmanager")

        def make() -> Account:
            for service in ("ssm", "secretsmanager"):
                get_backend(service).reset()
            account = Account(ssm, secrets)
            monkeypatch.setattr(handler, "_connect", account.connect)
            return account

        yield make


@pytest.fixture
def attempts(new_account: NewAccount, record_property: Callable[[str, object], None]) -> Attempts:
    """Try an event with each of its calls gone wrong, and report how many there were."""

    def attempt(scenario: Scenario, kind: Kind, fault: Fault) -> Iterator[Trial]:
        tried = 0
        for trial in trials(new_account, scenario, kind, fault):
            yield trial
            tried += 1
        record_property("failure_points", tried)
        assert tried >= 3

    return attempt


@pytest.fixture
def account(new_account: NewAccount) -> Account:
    return new_account()


@pytest.fixture
def properties(account: Account) -> Properties:
    return account.properties("kms")
