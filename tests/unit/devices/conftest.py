"""What the tests of the operator's commands about devices share."""

from collections.abc import Iterator

import pytest

from jitr.devices import never_came
from tests.unit.devices.operator_desk import Known, Operator
from tests.unit.registration.boundary import AUTHORITY
from tests.unit.registration.world import World, new_world


@pytest.fixture
def world() -> Iterator[World]:
    """An empty account."""
    with new_world() as made:
        yield made


@pytest.fixture
def operator(world: World) -> Operator:
    """Its operator."""
    return Operator(world)


@pytest.fixture
def fleet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's authority, as it is deployed."""
    monkeypatch.setattr(
        never_came, "deployed_authorities", lambda _target: {"fleet": Known("fleet", AUTHORITY)}
    )
