"""A device that was signed for a smoke test is taken back, whenever somebody wants the test to end."""

import os
import signal
from typing import NoReturn

import pytest
from rich.console import Console

from jitr.interruption import interruptible
from jitr.smoke import visitor
from jitr.trial.timeline import Timeline
from records.state import State
from tests.unit.devices.operator_desk import Operator
from tests.unit.devices.signing import Signing
from tests.unit.registration.world import World


def test_one_that_was_signed_while_somebody_pressed_ctrl_c_does_not_stay_issued(
    world: World, operator: Operator, signing: Signing
) -> None:
    signing.meanwhile = lambda: os.kill(os.getpid(), signal.SIGINT)

    with (
        interruptible(),
        pytest.raises(KeyboardInterrupt),
        visitor.visitor(operator.desk(), Timeline.silent()),
    ):
        pytest.fail("the device was tried")

    assert world.record(signing.device).state is State.REVOKED


def test_one_that_was_signed_while_nobody_reads_on_does_not_stay_issued(
    world: World, operator: Operator, signing: Signing
) -> None:
    with pytest.raises(SystemExit), visitor.visitor(operator.desk(), Unread(Console(), lively=False)):
        pytest.fail("the device was tried")

    assert world.record(signing.device).state is State.REVOKED


def test_one_whose_going_cannot_be_shown_goes_all_the_same(
    world: World, operator: Operator, signing: Signing, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit), visitor.visitor(operator.desk(), Timeline.silent()):
        monkeypatch.setattr(Timeline, "step", closed_terminal)

    assert world.record(signing.device).state is State.REVOKED


def closed_terminal(*_step: object) -> NoReturn:
    """Show nothing any more, as nothing can be written."""
    raise SystemExit(1)


class Unread(Timeline):
    """A pipe that was closed at its other end: the first line ends the program."""

    def _line(self, *_line: object) -> None:
        raise SystemExit(128 + signal.SIGPIPE)
