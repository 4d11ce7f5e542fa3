"""A device that was signed for a smoke test is taken back, whenever somebody wants the test to end."""

import os
import signal

import pytest

from jitr.endpoints import Endpoint
from jitr.interruption import interruptible
from jitr.signing import SignedCertificate
from jitr.smoke import visitor
from jitr.trial.timeline import Timeline
from records.state import State
from tests.unit.devices.operator_desk import Operator
from tests.unit.registration.world import World


def test_one_that_was_signed_while_somebody_pressed_ctrl_c_does_not_stay_issued(
    world: World, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = world.issued_device()

    def signed_meanwhile(*_asked: object) -> SignedCertificate:
        os.kill(os.getpid(), signal.SIGINT)
        return SignedCertificate(device.thing_name, device.certificate_id, "", "", "")

    monkeypatch.setattr(visitor, "by_deployed_authority", signed_meanwhile)
    monkeypatch.setattr(visitor.endpoints, "find", lambda _target: Endpoint("localhost"))

    with (
        interruptible(),
        pytest.raises(KeyboardInterrupt),
        visitor.visitor(operator.desk(), Timeline.silent()),
    ):
        pytest.fail("the device was tried")

    assert world.record(device).state is State.REVOKED
