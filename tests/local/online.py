"""Devices that stay online and publish all the time, and what they lose meanwhile."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from fleet import Identity

from jitr.trial.mqtt import Connection

BEAT = 0.2  # seconds between two messages of a device


class Online:
    """A group of devices, each with one connection that is opened once and kept."""

    def __init__(self) -> None:
        self._connections: dict[str, Connection] = {}
        self._stopped = threading.Event()
        self.accepted = 0
        self.refused = 0

    def join(self, device: Identity) -> None:
        """Open the device's one connection."""
        connection = device.connect()
        assert connection is not None, "the device is not let in"
        self._connections[device.device.thing_name] = connection

    @property
    def lost(self) -> list[str]:
        """Devices whose connection ended."""
        return [name for name, connection in self._connections.items() if connection.lost]

    def beat(self) -> None:
        """Let every device publish until the end."""
        with ThreadPoolExecutor(len(self._connections) or 1) as pool:
            while not self._stopped.wait(BEAT):
                published = pool.map(self._publish, list(self._connections.items()))
                accepted = list(published)
                self.accepted += sum(accepted)
                self.refused += len(accepted) - sum(accepted)

    @staticmethod
    def _publish(device: tuple[str, Connection]) -> bool:
        name, connection = device
        return not connection.lost and connection.publish(f"{name}/heartbeat", "{}")

    def end(self) -> None:
        """Stop publishing, and disconnect."""
        self._stopped.set()
        for connection in self._connections.values():
            connection.close()


@contextmanager
def online() -> Iterator[Online]:
    """A group whose devices publish in the background."""
    group = Online()
    beating = threading.Thread(target=group.beat, daemon=True)
    beating.start()
    try:
        yield group
    finally:
        group._stopped.set()
        beating.join()
        group.end()
