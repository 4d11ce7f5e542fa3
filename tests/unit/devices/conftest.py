"""What the tests of the operator's commands about devices share."""

from collections.abc import Iterator

import pytest

from jitr.devices import never_came
from jitr.endpoints import Endpoint
from jitr.smoke import visitor
from tests.unit.devices.operator_desk import Known, Operator
from tests.unit.devices.signing import Signing
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


@pytest.fixture
def signing(world: World, monkeypatch: pytest.MonkeyPatch) -> Signing:
    """The deployed authority, which signs for a device that AWS IoT has seen."""
    signs = Signing(world.issued_device())
    monkeypatch.setattr(visitor, "by_deployed_authority", signs)
    monkeypatch.setattr(visitor.endpoints, "find", lambda _target: Endpoint("localhost"))
    return signs
