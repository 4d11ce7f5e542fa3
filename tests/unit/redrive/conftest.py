"""What the tests of the redrive share."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from jitr.redrive import run
from tests.unit.redrive.dead_letters import Queues


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> Iterator[Queues]:
    """Two empty queues, which the command finds."""
    with mock_aws():
        made = Queues()
        monkeypatch.setattr(run, "target", lambda name: name)
        monkeypatch.setattr(run, "queues", lambda _target: made.code)
        yield made
