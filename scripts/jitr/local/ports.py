"""TCP ports on the loopback interface."""

import socket
from dataclasses import dataclass

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """Where the local AWS listens: `gateway` for the AWS API (HTTPS), `mqtt` for devices (mutual TLS)."""

    gateway: int
    mqtt: int

    def free(self) -> bool:
        """Tell whether both can be bound now."""
        return is_free(self.gateway) and is_free(self.mqtt)


PREFERRED = Ports(gateway=4566, mqtt=8883)
"""The usual ports: MiniStack's own, and the one registered for MQTT over TLS (IANA, secure-mqtt)."""


def is_free(port: int) -> bool:
    """Tell whether nobody listens on `port`; connections of an ended server that linger do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            # A listener on all interfaces occupies the port too; not every system shows it on loopback alone.
            probe.bind(("", port))
        except OSError:
            return False
    return True


def choose(preferred: Ports | None) -> Ports:
    """Give each preferred port that is free, and a free one in place of each that is not."""
    if preferred is None:
        return Ports(*_unused(2))
    gateway, mqtt = _unused(2)
    return Ports(
        preferred.gateway if is_free(preferred.gateway) else gateway,
        preferred.mqtt if is_free(preferred.mqtt) else mqtt,
    )


def _unused(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()
