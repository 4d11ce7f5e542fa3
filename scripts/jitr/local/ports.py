"""TCP ports on the loopback interface."""

import socket
from collections.abc import Iterator
from dataclasses import astuple, dataclass

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """Where the local AWS listens.

    `gateway` is for the AWS API (HTTPS); the rest is for devices, over mutual TLS: `mqtt`, `https` (publish),
    and `alpn` for both, by the protocol that the client's TLS names, as AWS IoT has it on port 443.
    """

    gateway: int
    mqtt: int
    https: int
    alpn: int

    def free(self) -> bool:
        """Tell whether all can be bound now."""
        return all(map(is_free, astuple(self)))

    def replaced(self, got: "Ports") -> Iterator[str]:
        """Say of each port that was wanted here, and was taken, which one `got` has in its place."""
        for name, label in LABELS.items():
            if (wanted := getattr(self, name)) != (instead := getattr(got, name)):
                yield f"port {wanted} ({label}) is taken: {instead} instead"


LABELS = {"gateway": "API", "mqtt": "MQTT", "https": "HTTPS publish", "alpn": "MQTT and HTTPS by ALPN"}

PREFERRED = Ports(gateway=4566, mqtt=8883, https=8443, alpn=4443)
"""The usual ports: MiniStack's own, and for devices AWS IoT's; 4443 for its 443, which needs privileges."""


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
    unused = _unused(len(LABELS))
    if preferred is None:
        return Ports(*unused)
    pairs = zip(astuple(preferred), unused, strict=True)
    return Ports(*(wanted if is_free(wanted) else other for wanted, other in pairs))


def _unused(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()
