"""A function that is killed undoes nothing; the next deploy clears away what it left, and nothing else."""

import pytest

from certificate_authority.owner import UNFINISHED
from certificate_authority.refusal import OccupiedParameter, UnusableRegistration
from tests.unit.certificate_authority import events
from tests.unit.certificate_authority.account import Account, Properties, renamed
from tests.unit.certificate_authority.events import create, delete, update
from tests.unit.certificate_authority.honest_iot import error
from tests.unit.certificate_authority.journal import Fault
from tests.unit.certificate_authority.scenarios import (
    KINDS,
    SCENARIOS,
    Kind,
    Life,
    Scenario,
    alone,
    unchanged,
)
from tests.unit.certificate_authority.trials import Attempts

FINISHED = (Fault.KILLED_AFTER, "iot.untag_resource")
"""Killed after the very last call, the function has taken its mark away: see the next test."""

kinds = pytest.mark.parametrize("kind", KINDS, ids=str)

CREATE = next(scenario for scenario in SCENARIOS if scenario.name == "create")
SECOND_TRY = (
    "arn:aws:cloudformation:us-east-1:123456789012:stack/test-jitr/77777777-0000-11f0-9d0f-0affd2a1c0de"
)
OTHER_STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/other/88888888-0000-11f0-9d0f-0affd2a1c0de"


def killed_before_its_end(account: Account, properties: Properties) -> str:
    """Make an authority with a function that dies before its last call."""
    ca_id: str = create(properties)["PhysicalResourceId"]
    account.iot.tags[ca_id][UNFINISHED] = "true"
    return ca_id


@kinds
@pytest.mark.parametrize("fault", [Fault.KILLED_BEFORE, Fault.KILLED_AFTER], ids=lambda fault: fault.name)
def test_a_deploy_after_a_killed_one_works_although_its_key_is_another(
    attempts: Attempts, kind: Kind, fault: Fault
) -> None:
    for trial in attempts(CREATE, kind, fault):
        if (fault, trial.calls[-1]) != FINISHED:
            answer = create(trial.life.account.with_new_key(trial.life.properties))

            alone(unchanged)(trial.life, answer)


@pytest.mark.parametrize("custody", ["kms", "secrets_manager", "external"])
def test_what_was_finished_when_the_function_died_is_explained_and_left_alone(
    account: Account, custody: str
) -> None:
    properties = account.properties(custody)
    ca_id = create(properties)["PhysicalResourceId"]

    with pytest.raises(OccupiedParameter, match=f"{ca_id}.*delete both.*or give this authority another name"):
        create(account.with_new_key(properties))

    assert list(account.iot.authorities) == [ca_id]


def left_by_a_killed_run(life: Life) -> None:
    killed_before_its_end(life.account, life.properties)
    life.properties = life.account.with_new_key(life.properties)


TAKE_OVER = Scenario(
    "take over",
    unchanged,
    left_by_a_killed_run,
    lambda life: create(life.properties),
    alone(unchanged),
)


def replaced_by_a_killed_run(life: Life) -> None:
    """CloudFormation never hears of the new authority."""
    life.answers.append(create(life.properties))
    update(life.ids[0], renamed(life.properties), life.properties)


ROLL_BACK = Scenario(
    "roll back a killed replacement",
    unchanged,
    replaced_by_a_killed_run,
    lambda life: update(life.ids[0], life.properties, renamed(life.properties)),
    alone(unchanged),
)


@pytest.mark.parametrize("scenario", [TAKE_OVER, ROLL_BACK], ids=lambda scenario: scenario.name)
@kinds
@pytest.mark.parametrize("fault", list(Fault), ids=lambda fault: fault.name)
def test_clearing_up_can_go_wrong_too_and_be_repeated(
    attempts: Attempts, scenario: Scenario, kind: Kind, fault: Fault
) -> None:
    for trial in attempts(scenario, kind, fault):
        scenario.after(trial.life, scenario.event(trial.life))


def test_a_deploy_that_clears_up_and_then_fails_leaves_nothing_at_all(
    account: Account, properties: Properties, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise error("LimitExceededException", "RegisterCACertificate")

    killed_before_its_end(account, properties)
    monkeypatch.setattr(account.iot, "register_ca_certificate", refuse)

    with pytest.raises(UnusableRegistration):
        create(account.with_new_key(properties))

    assert account.state() == (None, {}, {})


def test_the_second_try_of_a_stack_clears_up_after_the_first(
    account: Account, properties: Properties, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = killed_before_its_end(account, properties)
    monkeypatch.setitem(events.RESOURCE, "StackId", SECOND_TRY)

    second = create(account.with_new_key(properties))

    assert second["PhysicalResourceId"] != first
    assert list(account.iot.authorities) == [second["PhysicalResourceId"]]


@pytest.mark.parametrize(
    ("name", "other"), [("StackId", OTHER_STACK), ("LogicalResourceId", "OtherRegistration")]
)
def test_what_another_stack_or_resource_left_unfinished_is_not_touched(
    account: Account, properties: Properties, monkeypatch: pytest.MonkeyPatch, name: str, other: str
) -> None:
    killed_before_its_end(account, properties)
    before = account.state()
    monkeypatch.setitem(events.RESOURCE, name, other)

    with pytest.raises(OccupiedParameter):
        create(account.with_new_key(properties))

    assert account.state() == before


def test_the_delete_that_cloudformation_sends_for_a_failed_create_touches_nothing(
    account: Account, properties: Properties
) -> None:
    killed_before_its_end(account, properties)
    before = account.state()

    delete("AWSCDK::CustomResourceProviderFramework::CREATE_FAILED", properties)

    assert account.state() == before


def test_a_replacement_whose_answer_never_came_goes_when_the_stack_rolls_back(
    account: Account, properties: Properties
) -> None:
    old = create(properties)
    before = account.state()
    update(old["PhysicalResourceId"], renamed(properties), properties)

    rolled_back = update(old["PhysicalResourceId"], properties, renamed(properties))

    assert rolled_back == old
    assert account.state() == before
