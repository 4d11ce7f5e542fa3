"""What docs/devices.md grants an operator is what the commands call."""

from collections.abc import Callable

import pytest

from jitr.devices.named import certificates, named, one_certificate
from jitr.devices.never_came import NeverCame
from jitr.devices.portrait import portrait
from records.state import State
from tests.unit.devices.granted import granted
from tests.unit.devices.operator_desk import Operator
from tests.unit.registration.world import World

DYNAMODB = {"GetItem", "UpdateItem", "BatchGetItem", "Query"}
UNSEEN = {"iot:DeleteConnection", "sqs:SendMessage", "ssm:GetParametersByPath"}
"""Granted for calls to stand-ins, which are not recorded."""


def called(world: World) -> set[str]:
    """The calls that were made, as actions."""
    return {f"{'dynamodb' if name in DYNAMODB else 'iot'}:{name}" for name in world.function.operations}


def look(operator: Operator, _world: World) -> None:
    portrait(operator.desk(), named("pump-1"))


def revoke(operator: Operator, world: World) -> None:
    list(NeverCame.of(operator.desk(), [named("pump-1")]).certificates(named("pump-1")))
    operator.revoke(world.device)  # type: ignore[attr-defined]  # set by the test


def deactivate(operator: Operator, world: World) -> None:
    certificates(operator.desk(), named("pump-1"))
    operator.deactivate(world.device)  # type: ignore[attr-defined]  # set by the test


def activate(operator: Operator, world: World) -> None:
    device = world.device  # type: ignore[attr-defined]  # set by the test
    world.records.move(device.certificate_id, to=State.DEACTIVATED, expected={State.REGISTERED})
    id_ = one_certificate(operator.desk(), named("pump-1"))
    operator.letting_in(patience=0).activate(id_)


@pytest.mark.parametrize(
    ("command", "do"),
    [("show", look), ("revoke", revoke), ("deactivate", deactivate), ("activate", activate)],
)
@pytest.mark.usefixtures("fleet")
def test_a_command_needs_what_the_page_grants_and_no_more(
    world: World, operator: Operator, command: str, do: Callable[[Operator, World], None]
) -> None:
    world.issued_device(serial="2f")
    world.device = world.registered_device()  # type: ignore[attr-defined]
    world.function.calls.clear()

    do(operator, world)

    assert called(world) == granted(command) - UNSEEN
