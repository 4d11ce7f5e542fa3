"""Whether a revoked device is kept out."""

import time

from jitr.failure import FailureError
from jitr.trial.mqtt import Device
from jitr.trial.timeline import Timeline

PAUSE = 0.5  # seconds


def refused_since(device: Device, timeline: Timeline, patience: float) -> str:
    """Connect with a revoked certificate until it is dropped, as it must be.

    Args:
        device: which the broker has let in before.
        timeline: where it is shown.
        patience: seconds.

    Raises:
        FailureError: it is let in for longer than `patience` seconds, or the broker cannot be reached.
    """
    until = time.monotonic() + patience
    with timeline.step("revoked", "connecting with the revoked certificate") as step:
        while (connection := device.connect(let_in_before=True)) is not None:
            connection.close()
            if time.monotonic() > until:
                raise FailureError(f"the device is let in {patience:.0f} s after it was revoked")
            time.sleep(PAUSE)
        step.outcome = "dropped, as it must be"
    return "dropped"
