"""A factory signs offline with an exported key; what it made comes in once it is recorded."""

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
from pki.identity import pem
from records.record import Source
from records.state import State

Jitr = Callable[..., Result]


@pytest.fixture
def jitr(aws: LocalAws, environments: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jitr:
    """Runs `jitr` with some words against the environment with the exportable key, in an empty folder."""
    monkeypatch.setattr("jitr.target.load", lambda name, _folder: settings.load(name, environments, {}))
    monkeypatch.setenv("JITR_LOCAL", str(aws.folder))
    monkeypatch.setenv("JITR_ENVIRONMENT", "exportable")
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def test_a_device_of_a_factory_that_signs_offline_comes_in(jitr: Jitr, exportable: Fleet) -> None:
    Path("factory.crt").write_text(pem(exportable.authority))
    exported = jitr("ca", "export", "fleet", "--out", "factory.key", "--yes")
    device_key = ec.generate_private_key(ec.SECP256R1())
    Path("pump.csr").write_text(request("factory-pump", device_key))
    jitr("sign", "pump.csr", "pump.crt", "--ca-cert", "factory.crt", "--ca-key", "factory.key")

    imported = jitr("issued", "import", "pump.crt")

    assert (exported.exit_code, imported.exit_code) == (0, 0), exported.stderr + imported.stderr
    device = exportable.identity("factory-pump", device_key, read_certificate(Path("pump.crt")))
    assert device.connect() is None
    exportable.await_status(device, "ACTIVE")
    assert device.publish("factory-pump/hello")
    awaited(lambda: exportable.record(device).state is State.REGISTERED)
    assert exportable.record(device).source is Source.IMPORTED


def test_the_deployed_authority_is_listed_with_what_it_signed(jitr: Jitr, exportable: Fleet) -> None:
    exportable.registered("listed-pump")

    done = jitr("ca", "list")

    row = next(line for line in done.stdout.splitlines() if line.startswith("fleet "))
    assert row.split()[:4] == ["fleet", "issuing", "secrets_manager", "ACTIVE"]
    assert done.stderr == ""


def test_the_deployed_authority_asks_its_owner_s_root(jitr: Jitr, exportable: Fleet) -> None:
    done = jitr("ca", "request", "fleet", "--out", "fleet.csr")
    assert done.exit_code == 0, done.stderr
    assert exportable.authority.subject.rfc4514_string() in done.stdout
