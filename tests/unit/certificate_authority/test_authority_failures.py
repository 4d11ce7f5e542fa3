"""Every call to AWS goes wrong once, in every event: the event is undone, and the next one works.

The calls are recorded from a run in which nothing goes wrong, so that a new call is covered by itself. Each
test reports the number of points that it tried as its property `failure_points` (JUnit XML).
"""

import pytest

from tests.unit.certificate_authority.journal import Fault
from tests.unit.certificate_authority.scenarios import KINDS, SCENARIOS, Kind, Scenario
from tests.unit.certificate_authority.trials import Attempts

REVERSIBLE = [scenario for scenario in SCENARIOS if scenario.name != "delete"]
ROLLED_BACK = [scenario for scenario in SCENARIOS if scenario.rollback]

kinds = pytest.mark.parametrize("kind", KINDS, ids=str)
failing = pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.ANSWER_LOST], ids=lambda fault: fault.name)
faults = pytest.mark.parametrize("fault", list(Fault), ids=lambda fault: fault.name)


def each(scenarios: list[Scenario]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("scenario", scenarios, ids=lambda scenario: scenario.name)


@each(REVERSIBLE)
@kinds
@failing
def test_a_failed_event_leaves_everything_as_it_was(
    attempts: Attempts, scenario: Scenario, kind: Kind, fault: Fault
) -> None:
    for trial in attempts(scenario, kind, fault):
        assert trial.failed, trial.calls
        assert trial.life.account.state() == trial.before, trial.calls


@each(SCENARIOS)
@kinds
@faults
def test_the_same_event_again_completes_what_went_wrong(
    attempts: Attempts, scenario: Scenario, kind: Kind, fault: Fault
) -> None:
    for trial in attempts(scenario, kind, fault):
        answer = scenario.event(trial.life)

        scenario.after(trial.life, answer)


@each(ROLLED_BACK)
@kinds
@faults
def test_a_rollback_brings_back_what_was_there(
    attempts: Attempts, scenario: Scenario, kind: Kind, fault: Fault
) -> None:
    for trial in attempts(scenario, kind, fault):
        assert scenario.rollback is not None
        scenario.rollback(trial.life)

        assert trial.life.account.state() == trial.before, trial.calls
