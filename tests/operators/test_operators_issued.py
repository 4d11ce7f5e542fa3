"""`jitr issued import`: what a factory signed offline gets its records."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from operator_site import Jitr, OperatorSite

from jitr.local import LocalAws
from pki.identity import certificate_id, pem
from records.record import Source
from records.state import State
from tests.unit.jitr.factory import leaf as stranger

FEW = 25


@pytest.fixture
def factory(site: OperatorSite) -> OperatorSite:
    """A deployed environment whose authority's key a factory has."""
    site.deploy()
    site.authority("fleet")
    return site


def lot(factory: OperatorSite, count: int = FEW) -> list[str]:
    """Certificates (PEM) of pumps."""
    return [pem(factory.leaf("fleet", f"pump-{number}")) for number in range(count)]


def test_certificates_of_files_folders_tables_and_standard_input_get_records(
    jitr: Jitr,
    factory: OperatorSite,
) -> None:
    first, second, third, fourth = (factory.leaf("fleet", f"pump-{number}") for number in range(4))
    Path("lot").mkdir()
    Path("lot/first.crt").write_text(pem(first))
    Path("second.pem").write_text(pem(second))
    Path("third.csv").write_text(f'name,certificate\npump-2,"{pem(third)}"\n')

    done = jitr("issued", "import", "lot", "second.pem", "third.csv", "-", "--json", typed=pem(fourth))

    summary = json.loads(done.stdout)
    assert done.exit_code == 0, done.stderr
    assert (summary["recorded"], summary["there_already"], summary["bad"]) == (4, 0, 0)
    assert summary["by_authority"] == {"fleet": 4}
    for number, each in enumerate((first, second, third, fourth)):
        record = factory.record(each)
        assert (record.thing_name, record.state, record.source) == (
            f"pump-{number}",
            State.ISSUED,
            Source.IMPORTED,
        )


def test_again_is_no_error_and_changes_nothing(jitr: Jitr, factory: OperatorSite) -> None:
    Path("lot.pem").write_text("".join(lot(factory)))
    jitr("issued", "import", "lot.pem")

    again = jitr("issued", "import", "lot.pem", "--json")

    summary = json.loads(again.stdout)
    assert (again.exit_code, summary["recorded"], summary["there_already"]) == (0, 0, FEW)


def test_a_bad_certificate_is_named_and_does_not_stop_the_rest(jitr: Jitr, factory: OperatorSite) -> None:
    sound = lot(factory, 2)
    Path("lot.pem").write_text(sound[0] + pem(stranger()) + sound[1])

    done = jitr("issued", "import", "lot.pem", "--json")

    summary = json.loads(done.stdout)
    (bad,) = summary["bad_certificates"]
    assert (done.exit_code, summary["recorded"], summary["bad"]) == (1, 2, 1)
    assert (bad["place"], bad["reason"]) == (f"lot.pem:{1 + len(sound[0].splitlines())}", "unknown_issuer")
    assert f"{bad['place']}: its issuer CN=Works CA,O=Works is none of the environment's" in done.stderr


def test_a_revoked_certificate_stays_revoked(jitr: Jitr, factory: OperatorSite) -> None:
    certificate = factory.leaf("fleet", "pump-1")
    Path("lot.pem").write_text(pem(certificate))
    jitr("issued", "import", "lot.pem")
    factory.records.move(certificate_id(certificate), to=State.REVOKED, expected={State.ISSUED})

    done = jitr("issued", "import", "lot.pem", "--json")

    assert json.loads(done.stdout)["there_already"] == 1
    assert factory.record(certificate).state is State.REVOKED


def test_devices_that_aws_will_not_let_in_are_mentioned(jitr: Jitr, factory: OperatorSite) -> None:
    factory.authority("old")
    factory.declare("old", state="closed")
    Path("lot.pem").write_text(pem(factory.leaf("old", "pump-1")))

    done = jitr("issued", "import", "lot.pem")

    assert done.exit_code == 0
    assert "authority old is closed: AWS IoT lets none of its devices in" in done.stderr


def test_a_folder_without_certificates_is_a_failure(jitr: Jitr, factory: OperatorSite) -> None:
    Path("lot").mkdir()
    Path("lot/notes.txt").write_text("none yet")
    done = jitr("issued", "import", "lot")
    assert (done.exit_code, done.stderr) == (
        1,
        "jitr: no certificates found; 1 files have other suffixes\n",
    )


def test_an_environment_without_authorities_is_a_failure(jitr: Jitr, site: OperatorSite) -> None:
    site.declare("fleet", state="issuing")
    Path("lot.pem").write_text(pem(stranger()))
    done = jitr("issued", "import", "lot.pem")
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
    assert "has no deployed authority: run `cdk deploy" in done.stderr


def test_a_path_that_is_not_there_is_a_wrong_call(jitr: Jitr, factory: OperatorSite) -> None:
    assert jitr("issued", "import", "nowhere").exit_code == 2


def test_an_import_that_was_interrupted_is_simply_run_again(
    jitr: Jitr,
    factory: OperatorSite,
    aws: LocalAws,
) -> None:
    """Standard input stays open, so the import waits for more when the interrupt comes."""
    certificates = lot(factory)
    importing = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(factory.folder), "issued", "import", "-"],
        env=os.environ | {"JITR_LOCAL": str(aws.folder)},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert importing.stdin is not None
    assert importing.stderr is not None
    importing.stdin.write(
        "".join(certificates) + "-----BEGIN CERTIFICATE-----\nno certificate\n-----END CERTIFICATE-----\n"
    )
    importing.stdin.flush()
    met = importing.stderr.readline()
    importing.send_signal(signal.SIGINT)
    said = importing.stderr.read()

    assert "not base64" in met
    assert importing.wait() == 130
    stopped = re.search(r"stopped: (\d+) recorded, 0 there already, 1 bad; run it again to go on", said)
    assert stopped is not None, said
    Path("lot.pem").write_text("".join(certificates))
    summary = json.loads(jitr("issued", "import", "lot.pem", "--json").stdout)
    assert summary["there_already"] == int(stopped[1])
    assert summary["recorded"] == FEW - int(stopped[1])


PROGRAM = """
import sys
from pathlib import Path
import jitr.target
from jitr_stack import settings
folder = Path(sys.argv.pop(1))
jitr.target.load = lambda name, _folder: settings.load(name, folder, {})
from jitr.main import main
main()
"""
"""The command, on an environment of the test's own."""
