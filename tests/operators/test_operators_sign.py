"""`jitr sign --out` as a factory uses it: hundreds of requests, some of them bad; a run that is stopped."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from jitr.authority_files import Wanted, create
from tests.local.fleet import awaited
from tests.unit.pki import forging as forge

SOUND = 400
BAD = {"bad_signature": "broken", "bad_thing_name": "nameless", "holds_private_key": "with-key"}
COMMAND = [sys.executable, "-c", "from jitr.main import main; main()"]
FILES = ["--ca-cert", "CA_files/zk_ca.crt", "--ca-key", "CA_files/zk_ca.key"]


@pytest.fixture
def factory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an authority and a lot of hundreds of requests, three of them bad."""
    monkeypatch.chdir(tmp_path)
    create(Path("CA_files"), Wanted(), None, force=False)
    Path("lot").mkdir()
    for number in range(SOUND):
        Path(f"lot/pump-{number:03}.csr").write_text(request(f"pump-{number}"))
    Path("lot/broken.csr").write_text(broken(request("broken")))
    Path("lot/nameless.csr").write_text(request("no/slash"))
    Path("lot/with-key.csr").write_text("-----BEGIN PRIVATE KEY-----\nAA==\n" + request("pump-x"))
    return tmp_path


def request(name: str) -> str:
    """A sound request for a device."""
    return forge.request_pem(forge.common_name(name))


def broken(csr: str) -> str:
    """A request whose signature is for something else."""
    der = bytearray(x509.load_pem_x509_csr(csr.encode()).public_bytes(Encoding.DER))
    der[der.index(b"broken")] ^= 1
    return forge.pem(bytes(der))


def verified(folder: Path) -> int:
    """How many certificates in a folder OpenSSL accepts as the authority's."""
    certificates = sorted(folder.rglob("*.crt"))
    done = subprocess.run(
        ["openssl", "verify", "-CAfile", "CA_files/zk_ca.crt", *certificates],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.count(": OK\n")


@pytest.mark.usefixtures("factory")
@pytest.mark.parametrize("jobs", [1, 2])
def test_hundreds_are_signed_and_the_bad_ones_named(jobs: int) -> None:
    done = subprocess.run(
        [*COMMAND, "sign", "--out", "certs", *FILES, "--jobs", str(jobs), "--json", "lot"],
        check=False,
        capture_output=True,
        text=True,
    )

    summary = json.loads(done.stdout)
    assert (done.returncode, summary["signed"], summary["refused"]) == (1, SOUND, len(BAD))
    for bad in summary["refused_requests"]:
        assert bad["place"] == f"lot/{BAD[bad['reason']]}.csr"
        assert f"{bad['place']}: {bad['message']} ({bad['reason']})" in done.stderr
    assert verified(Path("certs")) == SOUND


@pytest.mark.usefixtures("factory")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_that_was_interrupted_is_simply_run_again(jobs: int) -> None:
    """Standard input stays open, so the run waits for more when the interrupt comes."""
    running = subprocess.Popen(
        [*COMMAND, "sign", "--out", "certs", *FILES, "--jobs", str(jobs), "--results", "r.jsonl", "lot", "-"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    awaited(lambda: list(Path("certs").glob("*.crt")))
    running.send_signal(signal.SIGINT)
    said = running.stderr.read()

    assert running.wait() == 130
    assert "run it again to go on, what is signed is skipped" in said
    done = verified(Path("certs"))
    told = [json.loads(line) for line in Path("r.jsonl").read_text().splitlines()]
    # One that was just written may not have been told of; the next run says that it is there.
    assert done - sum(each["outcome"] == "signed" for each in told) in {0, 1}
    assert done > 0
    assert not list(Path("certs").glob(".*"))
    again = subprocess.run(
        [*COMMAND, "sign", "--out", "certs", *FILES, "--json", "lot"],
        check=False,
        capture_output=True,
        text=True,
    )
    summary = json.loads(again.stdout)
    assert (summary["there_already"], summary["signed"]) == (done, SOUND - done)
    assert verified(Path("certs")) == SOUND
