"""Waiting until the local AWS answers: a condition asked for again and again, with a limit."""

import json
import socket
import ssl
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from jitr.local.ports import LOOPBACK, Ports
from jitr.local.process import CHECKED_EVERY

PATIENCE = 60.0  # seconds; a start takes one or two


class NotReadyError(Exception):
    """The server did not come up; the text says what was seen last."""


def wait(ports: Ports, certificate: Path, *, alive: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait until the API and the listeners for devices answer.

    Only a server that holds the certificate's key counts, so another one on the same port is not mistaken
    for ours.

    Raises:
        NotReadyError: the server ended, its MQTT listener got no port, or the time is over.
    """
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if not alive():
            raise NotReadyError("it ended while starting")
        match mqtt_listener(ports.gateway, certificate):
            case "listening" if all(map(_answers, (ports.mqtt, ports.https, ports.alpn))):
                return
            case "degraded" | "disabled" as state:
                raise NotReadyError(f"its MQTT listener is {state} (port {ports.mqtt})")
        time.sleep(CHECKED_EVERY)
    raise NotReadyError(f"no answer within {patience:.0f} s")


def mqtt_listener(gateway_port: int, certificate: Path) -> str | None:
    """Ask the server for the state of its MQTT listener; None while the server does not answer as ours."""
    try:
        answer = json.loads(get(gateway_port, "/_ministack/ready", certificate))
    except (OSError, ValueError):
        return None
    return str(answer.get("iot_mtls"))


def get(gateway_port: int, path: str, certificate: Path) -> bytes:
    """Fetch `path` from the server, trusting only `certificate` (PEM file); OSError when it cannot be had."""
    context = ssl.create_default_context(cafile=str(certificate))
    direct = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    with direct.open(f"https://{LOOPBACK}:{gateway_port}{path}", timeout=5) as response:
        return bytes(response.read())


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0
