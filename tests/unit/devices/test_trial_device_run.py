"""What a device meets, and what is said of it; the broker is made up."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from jitr.endpoints import Endpoint
from jitr.failure import FailureError
from jitr.trial import device_run
from jitr.trial.key import SoftwareKey
from jitr.trial.mqtt import Connection, Device
from jitr.trial.timeline import Timeline
from tests.unit.registration.boundary import clients
from tests.unit.registration.world import World


class OnlyConnects(Device):
    """A device whose policy lets it connect, and nothing else."""

    def connect(self) -> Connection:
        """Connect."""
        return cast("Connection", Refusing())


@dataclass
class Refusing:
    """A connection that is closed for each message."""

    def publish(self, _topic: str, _message: str) -> bool:
        """Refuse a message."""
        return False

    def close(self) -> None:
        """Go."""


def test_a_device_that_may_not_publish_on_its_own_topic_is_refused_there(
    world: World, tmp_path: Path
) -> None:
    certificate_id = world.registered_device().certificate_id
    device = OnlyConnects("pump-1", SoftwareKey(tmp_path), tmp_path / "device.crt", Endpoint("localhost"))

    with pytest.raises(FailureError, match="message on pump-1/hello, its own topic, was refused"):
        device_run.run(device, clients().iot, certificate_id, Timeline.silent(), 1)
