import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from typer.testing import CliRunner, Result

from jitr.authority_files import Wanted, create
from jitr.local import LocalAws
from jitr.main import app
from jitr.pem import read_certificate

Jitr = Callable[..., Result]


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with LocalAws.start(tmp_path_factory.mktemp("aws")) as started:
        yield started


@pytest.fixture
def jitr(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Jitr:
    """Runs `jitr` with some words against the local AWS, which checks verification certificates."""
    monkeypatch.setenv("JITR_LOCAL", str(aws.folder))
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def ca_files(tmp_path: Path) -> Path:
    """A folder with a new authority's key and certificate."""
    create(tmp_path, Wanted(), None, force=False)
    return tmp_path


def test_registration_code_is_printed_alone(jitr: Jitr, aws: LocalAws) -> None:
    code = aws.session().client("iot").get_registration_code()["registrationCode"]
    assert jitr("ca", "registration-code").stdout == f"{code}\n"


def test_register_makes_the_authority_active_with_auto_registration(jitr: Jitr, ca_files: Path) -> None:
    done = _register(jitr, ca_files)
    registered = json.loads(done.stdout)
    assert (registered["status"], registered["auto_registration"]) == ("ACTIVE", "ENABLE")
    assert registered["new"]


def test_registering_again_is_no_error_and_says_so(jitr: Jitr, ca_files: Path) -> None:
    first = json.loads(_register(jitr, ca_files).stdout)
    again = _register(jitr, ca_files)
    assert json.loads(again.stdout) == first | {"new": False}
    assert "was registered already" in again.stderr


def test_registering_again_switches_an_inactive_authority_on(
    jitr: Jitr, aws: LocalAws, ca_files: Path
) -> None:
    authority_id = json.loads(_register(jitr, ca_files).stdout)["certificate_id"]
    aws.session().client("iot").update_ca_certificate(
        certificateId=authority_id, newStatus="INACTIVE", newAutoRegistrationStatus="DISABLE"
    )
    again = json.loads(_register(jitr, ca_files).stdout)
    assert (again["status"], again["auto_registration"]) == ("ACTIVE", "ENABLE")


def test_list_shows_what_was_registered(jitr: Jitr, ca_files: Path) -> None:
    authority_id = json.loads(_register(jitr, ca_files).stdout)["certificate_id"]
    listed = json.loads(jitr("ca", "list", "--json").stdout)
    assert authority_id in [each["certificate_id"] for each in listed]
    assert authority_id in jitr("ca", "list").stdout


def test_show_by_id_gives_the_certificate(jitr: Jitr, ca_files: Path) -> None:
    authority_id = json.loads(_register(jitr, ca_files).stdout)["certificate_id"]
    shown = json.loads(jitr("ca", "show", authority_id, "--json").stdout)
    shown_certificate = x509.load_pem_x509_certificate(shown["certificate"].encode())
    assert shown_certificate == read_certificate(ca_files / "zk_ca.crt")


def test_show_of_an_unknown_id_fails(jitr: Jitr) -> None:
    done = jitr("ca", "show", "0" * 64)
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
    assert "`jitr ca list` shows those it has" in done.stderr


def _register(jitr: Jitr, ca_files: Path) -> Result:
    files = ("--ca-cert", ca_files / "zk_ca.crt", "--ca-key", ca_files / "zk_ca.key")
    return jitr("ca", "register", *files, "--json")
