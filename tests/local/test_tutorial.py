"""The tutorial's steps, each as the one command that replaces it, run as a person runs them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fleet import Fleet

JITR = Path(sys.executable).parent / "jitr"
DEVICE = Path(__file__).resolve().parents[2] / "scripts" / "device"

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def command(local: Fleet, tmp_path: Path) -> Command:
    """Run a program in an empty folder, with the local AWS in its environment."""
    environment = os.environ | local.aws.environment() | {"JITR_ENVIRONMENT": "local"}

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        line = [str(word) for word in words]
        return subprocess.run(
            line, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_authority_in_files_is_made_registered_and_found(command: Command, tmp_path: Path) -> None:
    create = command(JITR, "ca", "create", "--out", "CA_files")
    files = ("--ca-cert", "CA_files/zk_ca.pem", "--ca-key", "CA_files/zk_ca.key")
    register = command(JITR, "ca", "register", *files, "--json")
    registered = json.loads(register.stdout)
    listing = json.loads(command(JITR, "ca", "list", "--json").stdout)

    assert create.returncode == 0
    assert {path.name for path in (tmp_path / "CA_files").iterdir()} == {
        "zk_ca.crt",
        "zk_ca.key",
        "zk_ca.pem",
    }
    assert (tmp_path / "CA_files" / "zk_ca.key").stat().st_mode & 0o777 == 0o600
    assert (registered["status"], registered["auto_registration"]) == ("ACTIVE", "ENABLE")
    assert registered["certificate_id"] in {authority["certificate_id"] for authority in listing}


def test_request_is_signed_by_files_as_the_tutorial_does(command: Command) -> None:
    command(JITR, "ca", "create", "--out", "CA_files")
    command(DEVICE / "make_csr", "--software-key", "device.key", "--thing-name", "zymkey-files")

    files = ("--ca-cert", "CA_files/zk_ca.crt", "--ca-key", "CA_files/zk_ca.key")
    sign = command(JITR, "sign", "zymkey.csr", "zymkey.crt", *files)
    verify = command("openssl", "verify", "-x509_strict", "-CAfile", "CA_files/zk_ca.pem", "zymkey.crt")

    assert (sign.returncode, verify.returncode) == (0, 0), sign.stderr + verify.stderr


def test_device_comes_online_with_its_own_scripts(command: Command, local: Fleet) -> None:
    if not shutil.which("mosquitto_pub"):
        pytest.skip("needs Debian package mosquitto-clients")
    made = command(DEVICE / "make_csr", "--software-key", "device.key", "--thing-name", "zymkey-scripts")
    signed = command(JITR, "sign", "zymkey.csr", "zymkey.crt")
    endpoint = json.loads(command(JITR, "endpoint", "--json").stdout)

    connected = command(
        *(DEVICE / "connect", "--software-key", "device.key", "--json"),
        *(
            "--endpoint",
            endpoint["host"],
            "--port",
            endpoint["mqtt_port"],
            "--server-ca",
            endpoint["server_ca"],
        ),
    )
    attempts = [attempt["outcome"] for attempt in json.loads(connected.stdout)["attempts"]]

    assert (made.returncode, signed.returncode, connected.returncode) == (0, 0, 0), connected.stderr
    assert (attempts[0], attempts[-1]) == ("dropped", "accepted")
    assert "expected" in connected.stderr
