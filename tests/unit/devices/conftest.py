"""What the tests of the operator's commands about devices share."""

from collections.abc import Iterator

import pytest

from tests.unit.devices.operator_desk import Operator
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
