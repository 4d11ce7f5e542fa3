"""The device's scripts over HTTPS, on its own port and by ALPN, against the deployed registration."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fleet import Fleet
from test_device_renewal import DEVICE, SIGN, status

KEY = ("--key", "file:device.key")
BIN = Path(sys.executable).parent

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def command(local: Fleet, tmp_path: Path) -> Command:
    """Run one of the device's scripts, or `jitr`, in an empty folder."""
    environment = os.environ | local.aws.environment()
    environment |= {"JITR_ENVIRONMENT": "local", "PATH": f"{BIN}:{os.environ['PATH']}"}

    def run(program: Path, *options: object) -> subprocess.CompletedProcess[str]:
        line = [str(word) for word in (program, *options)]
        done = subprocess.run(
            line, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    return run


@pytest.fixture
def at(local: Fleet) -> tuple[str, ...]:
    return ("--endpoint", "localhost", "--server-ca", str(local.aws.iot_ca))


def test_doctor_finds_every_port(local: Fleet, command: Command, at: tuple[str, ...]) -> None:
    command(DEVICE / "make_csr", "--thing-name", "zymkey-doctor", *KEY)
    command(BIN / "jitr", "sign", "zymkey.csr", "zymkey.crt")
    ports = ("--mqtt-port", local.aws.mqtt_port, "--https-port", local.aws.https_port)

    told = command(DEVICE / "doctor", *at, *ports, "--alpn-port", local.aws.alpn_port, *KEY, "--json")

    found = {each["check"]: each["verdict"] for each in json.loads(told.stdout)["checks"]}
    assert {found[check] for check in ("key", "certificate's key", "MQTT", "HTTPS", "ALPN")} == {"ok"}


def test_a_certificate_is_registered_and_renewed_over_https_alone(
    local: Fleet, command: Command, at: tuple[str, ...]
) -> None:
    by_alpn = (*at, "--port", str(local.aws.alpn_port), "--alpn", *KEY, "--json")
    command(DEVICE / "make_csr", "--thing-name", "zymkey-https", *KEY)
    command(BIN / "jitr", "sign", "zymkey.csr", "zymkey.crt")

    connected = command(DEVICE / "connect", *by_alpn, "--protocol", "https")
    renewed = command(
        *(DEVICE / "renew", *at, "--port", local.aws.https_port, *KEY, "--json", "--sign-command", SIGN)
    )
    again = command(DEVICE / "renew", *by_alpn, "--sign-command", SIGN)

    told = [json.loads(done.stdout) for done in (connected, renewed, again)]
    for each in told:
        outcomes = [attempt["outcome"] for attempt in each["attempts"]]
        assert (outcomes[0], outcomes[-1]) == ("dropped", "accepted")
    assert status(local, told[2]["new"]["certificate_id"]) == "ACTIVE"
