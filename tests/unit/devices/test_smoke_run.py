"""A smoke test from its beginning to its end; what the broker does to its device is made up."""

from dataclasses import replace

import pytest

from jitr.devices.desk import Desk
from jitr.smoke import run
from jitr.trial import device_run
from jitr.trial.timeline import Timeline
from tests.unit.devices.operator_desk import Operator
from tests.unit.jitr.trial_evidence import SEEN


@pytest.mark.usefixtures("in_order", "signing")
@pytest.mark.parametrize(
    ("thing_name", "over_https"), [("${subject.common_name}", "accepted"), ("site-${serial}", "refused")]
)
def test_a_device_publishes_over_https_only_where_its_thing_is_named_as_its_certificate(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, thing_name: str, over_https: str
) -> None:
    monkeypatch.setattr(run, "desk", lambda _environment: naming(operator, thing_name))
    monkeypatch.setattr(device_run, "run", lambda *_asked: replace(SEEN, https_own_topic=over_https))

    result = run.run("local", Timeline.silent(), 1)

    assert result.problem is None


@pytest.fixture
def in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which the doctor finds nothing, and which keeps out what is revoked."""
    monkeypatch.setattr(run, "_examine", lambda _result, _timeline: None)
    monkeypatch.setattr(run, "refused_since", lambda *_asked: "dropped")


def naming(operator: Operator, thing_name: str) -> Desk:
    """The desk of an environment that names its things so."""
    desk = operator.desk()
    settings = desk.target.settings
    named = settings.provisioning.model_copy(update={"thing_name": thing_name})
    changed = settings.model_copy(update={"provisioning": named})
    return replace(desk, target=replace(desk.target, settings=changed))
