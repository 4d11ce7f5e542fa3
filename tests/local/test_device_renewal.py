"""A device renews its certificate by its own script, against the deployed authority and registration."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from fleet import Fleet, awaited

from pki.identity import certificate_id
from pki.signed import BACKDATE

DEVICE = Path(__file__).resolve().parents[2] / "scripts" / "device"
# What the desk runs for a CSR on stdin, as docs/device.md has it.
SIGN = 'f=$(mktemp -d) && cat > "$f/csr" && jitr sign "$f/csr" "$f/crt" >&2 && cat "$f/crt"'
NAME = "zymkey-renewed"


def issued_at(file: Path) -> datetime:
    return x509.load_pem_x509_certificate(file.read_bytes()).not_valid_before_utc + BACKDATE


def status(fleet: Fleet, identifier: str) -> str:
    described = fleet.client("iot").describe_certificate(certificateId=identifier)
    return str(described["certificateDescription"]["status"])


def test_the_new_certificate_is_let_in_and_the_old_one_is_replaced(local: Fleet, tmp_path: Path) -> None:
    if not shutil.which("mosquitto_pub"):
        pytest.skip("needs Debian package mosquitto-clients")
    identity = local.registered(NAME)
    for file in identity.device.certificate.parent.iterdir():
        shutil.copy(file, tmp_path)
    # One that is signed within the same second ends no later.
    awaited(lambda: datetime.now(UTC) > issued_at(tmp_path / "device.crt") + timedelta(seconds=1))

    renewed = subprocess.run(
        [
            *(DEVICE / "renew", "--cert", "device.crt", "--software-key", "device.key", "--json"),
            *("--endpoint", "localhost", "--port", str(local.aws.mqtt_port), "--protocol", "mqtt"),
            *("--server-ca", str(local.aws.iot_ca), "--sign-command", SIGN),
        ],
        cwd=tmp_path,
        env=os.environ
        | local.aws.environment()
        | {"JITR_ENVIRONMENT": "local", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert renewed.returncode == 0, renewed.stderr
    told = json.loads(renewed.stdout)
    outcomes = [attempt["outcome"] for attempt in told["attempts"]]
    new = certificate_id(x509.load_pem_x509_certificate((tmp_path / "device.crt").read_bytes()))
    assert (outcomes[0], outcomes[-1]) == ("dropped", "accepted")
    assert (told["former"]["certificate_id"], told["new"]["certificate_id"]) == (identity.id, new)
    assert status(local, new) == "ACTIVE"
    awaited(lambda: status(local, identity.id) == "INACTIVE")  # second_certificate = "replace"
