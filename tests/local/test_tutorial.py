"""The tutorial's steps, each as the one command that replaces it, run as a person runs them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fleet import Fleet, awaited

from jitr.trial import key
from tests.device.authority import write_key
from tests.device.conftest import engines  # noqa: F401  a fixture: the Zymkey's stand-in
from tests.device.test_tutorial_lines import CURL_LINE

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


def test_the_tutorials_curl_line_shows_what_the_tutorial_shows(
    command: Command,
    local: Fleet,
    tmp_path: Path,
    engines: Path,  # noqa: F811
) -> None:
    slot = write_key(tmp_path.parent / f"{tmp_path.name}-slot.pem", ec.generate_private_key(ec.SECP256R1()))
    shutil.copy(local.aws.iot_ca, tmp_path / "zk_ca.pem")
    zymkey = ("env", f"OPENSSL_ENGINES={engines}", f"ZYMKEY_TEST_KEY={slot}")
    line = CURL_LINE % local.aws.https_port
    to_its_own_topic = line.replace("hello/world?", "zymkey-curl/hello?")
    command(*zymkey, DEVICE / "make_csr", "--thing-name", "zymkey-curl")
    signed = json.loads(command(JITR, "sign", "zymkey.csr", "zymkey.crt", "--json").stdout)

    first = command(*zymkey, "bash", "-c", line)
    awaited(lambda: local.status_of(signed["certificate_id"]) == "ACTIVE")
    second = command(*zymkey, "bash", "-c", line)
    own = command(*zymkey, "bash", "-c", to_its_own_topic)

    assert first.returncode == 52
    assert "Empty reply from server" in first.stderr
    assert json.loads(second.stdout)["message"] == "Forbidden"
    assert json.loads(own.stdout)["message"] == "OK"


def test_the_line_that_connect_prints_works_with_the_key_as_it_is_held(
    command: Command, local: Fleet, tmp_path: Path
) -> None:
    held = key.choose(tmp_path)
    held.make()
    key.make_csr(held, "zymkey-held", tmp_path / "zymkey.csr")
    signed = json.loads(command(JITR, "sign", "zymkey.csr", "zymkey.crt", "--json").stdout)
    variables = [
        f"{name}={value}" for name, value in held.environment.items() if os.environ.get(name) != value
    ]
    where = ("--endpoint", "localhost", "--port", local.aws.https_port, "--server-ca", local.aws.iot_ca)
    shown = command(
        *("env", *variables, DEVICE / "connect", "--protocol", "https", *where, *held.csr_options(), "--show")
    )
    line = ("env", *variables, "bash", "-c", shown.stdout)

    first = command(*line)
    assert first.returncode == 52, first.stderr
    awaited(lambda: local.status_of(signed["certificate_id"]) == "ACTIVE")
    second = command(*line)

    assert json.loads(second.stdout)["message"] == "OK"
