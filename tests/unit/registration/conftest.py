"""What the tests of the registration share."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.unit.registration.world import World, new_world

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def world() -> Iterator[World]:
    """An empty account."""
    with new_world() as made:
        yield made


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """The lines that were reported since it was last asked."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
