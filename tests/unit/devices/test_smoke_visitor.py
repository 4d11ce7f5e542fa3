"""A device that was signed for a smoke test is taken back, whenever somebody wants the test to end."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from rich.console import Console

from jitr.endpoints import Endpoint
from jitr.interruption import interruptible
from jitr.signing import SignedCertificate
from jitr.smoke import visitor
from jitr.trial.timeline import Timeline
from records.state import State
from tests.unit.devices.operator_desk import Operator
from tests.unit.registration.world import Device, World


@pytest.fixture
def signing(world: World, monkeypatch: pytest.MonkeyPatch) -> "Signing":
    """The deployed authority, which signs for a device of the world."""
    signs = Signing(world.issued_device())
    monkeypatch.setattr(visitor, "by_deployed_authority", signs)
    monkeypatch.setattr(visitor.endpoints, "find", lambda _target: Endpoint("localhost"))
    return signs


def test_one_that_was_signed_while_somebody_pressed_ctrl_c_does_not_stay_issued(
    world: World, operator: Operator, signing: "Signing"
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
    world: World, operator: Operator, signing: "Signing"
) -> None:
    with pytest.raises(SystemExit), visitor.visitor(operator.desk(), Unread(Console(), lively=False)):
        pytest.fail("the device was tried")

    assert world.record(signing.device).state is State.REVOKED


@dataclass
class Signing:
    """Signs for one device, whoever asks."""

    device: Device
    meanwhile: Callable[[], object] = lambda: None

    def __call__(self, *_asked: object) -> SignedCertificate:
        self.meanwhile()
        return SignedCertificate(self.device.thing_name, self.device.certificate_id, "", "", "")


class Unread(Timeline):
    """A pipe that was closed at its other end: the first line ends the program."""

    def _line(self, *_line: object) -> None:
        raise SystemExit(128 + signal.SIGPIPE)
