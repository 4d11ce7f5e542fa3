"""AWS's own device SDK with the same certificate and key, and its connection while `renew` runs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509 import load_der_x509_certificate

from tests.device.authority import A_YEAR, Authority
from tests.device.endpoints import Endpoint, Listen, https_accept, https_drop, mqtt_stay
from tests.device.held_key import THING, Device, Enrol, Token

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class SdkClient:
    """A running `sdk_client`."""

    process: subprocess.Popen[str]

    def publish(self, message: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{message}\n")
        self.process.stdin.flush()
        return self.said()

    def said(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def leave(self) -> str:
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.said()


@contextmanager
def sdk_client(device: Device, broker: Endpoint, key: dict[str, str]) -> Iterator[SdkClient]:
    given: dict[str, Any] = {
        "endpoint": "localhost",
        "port": broker.port,
        "server_ca": str(broker.server_ca),
        "client_id": THING,
        "certificate": str(device.folder / "zymkey.crt"),
        **key,
    }
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    command = [sys.executable, "-m", "tests.device.sdk_client", json.dumps(given)]
    with subprocess.Popen(command, cwd=PROJECT, env=device.environment, **pipes) as process:
        try:
            yield SdkClient(process)
        finally:
            process.kill()


@pytest.fixture(params=["softhsm", "software"])
def held(request: pytest.FixtureRequest) -> tuple[Device, dict[str, str]]:
    """A device, and how the SDK is told of its key."""
    device: Device = request.getfixturevalue(request.param)
    if request.param == "software":
        return device, {"key": str(device.folder / "dev.key")}
    token: Token = request.getfixturevalue("token")
    return device, {"module": str(token.module), "pin": token.pin, "token": token.label}


def test_its_connection_stays_while_the_certificate_is_renewed_and_the_next_one_uses_the_new(
    held: tuple[Device, dict[str, str]], enrol: Enrol, endpoint: Listen, fleet: Authority
) -> None:
    device, key = held
    old = enrol(device)
    device.renew("--csr-out", "renewal.csr", *device.key_options).check_returncode()
    new = fleet.sign(device.folder / "renewal.csr", device.folder / "renewal.crt", A_YEAR)

    with endpoint(mqtt_stay) as broker, endpoint(https_drop, https_accept) as https:
        with sdk_client(device, broker, key) as running:
            words = [running.said(), running.publish("before")]
            renewed = device.renew(
                *https.options, "--first-wait", "0.01", "--certificate", "renewal.crt", *device.key_options
            )
            words += [running.publish("after"), running.leave()]
        with sdk_client(device, broker, key) as restarted:
            words += [restarted.said(), restarted.publish("with the new one"), restarted.leave()]

    assert renewed.returncode == 0, renewed.stderr
    assert words == [
        *["connected", "acknowledged", "acknowledged", "disconnected"],
        *["connected", "acknowledged", "disconnected"],
    ]
    shown = [load_der_x509_certificate(seen.certificate or b"") for seen in broker.seen]
    assert shown == [old, new]
    assert [seen.messages for seen in broker.seen] == [[b"before", b"after"], [b"with the new one"]]
