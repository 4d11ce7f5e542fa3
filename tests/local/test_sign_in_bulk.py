"""The deployed authority signs a lot, with its key in KMS; what it signed comes in."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fleet import Fleet, awaited, request
from typer.testing import CliRunner, Result

from jitr.local import LocalAws
from jitr.main import app
from jitr.pem import read_certificate
from jitr_stack import settings
from pki.identity import certificate_id
from records.state import State

Jitr = Callable[..., Result]
LOT = 220
COMMAND = [sys.executable, "-c", "from jitr.main import main; main()"]
KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def jitr(aws: LocalAws, environments: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jitr:
    """Runs `jitr` with some words against the environment with its key in KMS, in an empty folder."""
    monkeypatch.setattr("jitr.target.load", lambda name, _folder: settings.load(name, environments, {}))
    monkeypatch.setenv("JITR_LOCAL", str(aws.folder))
    monkeypatch.setenv("JITR_ENVIRONMENT", "local")
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def lot(name: str, count: int) -> None:
    """Write a folder of requests."""
    Path(name).mkdir()
    for number in range(count):
        Path(name, f"{name}-{number}.csr").write_text(request(f"{name}-{number}", KEY))


def test_a_lot_is_signed_and_recorded_and_its_devices_come_in(jitr: Jitr, local: Fleet) -> None:
    lot("lot", LOT)
    Path("lot/bad.csr").write_text("-----BEGIN CERTIFICATE REQUEST-----\n")
    Path("lot/nameless.csr").write_text(request("no/slash", KEY))

    done = jitr("sign", "--out", "certs", "--jobs", 4, "--json", "lot")

    summary = json.loads(done.stdout)
    assert (done.exit_code, summary["signed"], summary["refused"]) == (1, LOT, 2), done.stderr
    assert summary["environment"] == "local"
    assert summary["ca_certificate_id"] == certificate_id(local.authority)
    assert {bad["reason"] for bad in summary["refused_requests"]} == {"malformed", "bad_thing_name"}
    for file in Path("certs").iterdir():
        read_certificate(file).verify_directly_issued_by(local.authority)
    device = local.identity("lot-7", KEY, read_certificate(Path("certs/lot-7.crt")))
    assert local.record(device).thing_name == "lot-7"
    assert device.connect() is None
    local.await_status(device, "ACTIVE")
    assert device.publish("lot-7/hello")


def test_what_was_lost_after_signing_is_asked_for_again_and_is_the_same(jitr: Jitr, local: Fleet) -> None:
    lot("again", 60)
    jitr("sign", "--out", "certs", "--jobs", 2, "again")
    first = {file.name: file.read_bytes() for file in Path("certs").iterdir()}

    Path("certs/again-3.crt").unlink()
    done = jitr("sign", "--out", "certs", "--json", "again")

    summary = json.loads(done.stdout)
    assert (summary["signed"], summary["there_already"]) == (1, 59)
    assert {file.name: file.read_bytes() for file in Path("certs").iterdir()} == first


def test_a_run_that_was_interrupted_is_simply_run_again(
    jitr: Jitr, local: Fleet, aws: LocalAws, environments: Path
) -> None:
    lot("stopped", LOT)
    running = subprocess.Popen(
        [*COMMAND, "sign", "--out", "certs", "--jobs", "1", "-e", "local", "stopped"],
        env=os.environ | {"JITR_LOCAL": str(aws.folder), "JITR_ENVIRONMENTS": str(environments)},
        stderr=subprocess.PIPE,
        text=True,
    )
    awaited(lambda: list(Path("certs").glob("*.crt")))
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    there = len(list(Path("certs").glob("*.crt")))

    done = jitr("sign", "--out", "certs", "--json", "stopped")

    summary = json.loads(done.stdout)
    assert (running.returncode, "run it again to go on" in said) == (130, True)
    assert (summary["there_already"], summary["signed"]) == (there, LOT - there)
    ids = {certificate_id(read_certificate(file)) for file in Path("certs").iterdir()}
    assert len(ids) == LOT
    for file in Path("certs").iterdir():
        record = local.record(local.identity(file.stem, KEY, read_certificate(file)))
        assert (record.state, record.thing_name) == (State.ISSUED, file.stem)
