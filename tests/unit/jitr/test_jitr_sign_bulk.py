"""`jitr sign --out`: a lot of requests, what is said of it, and how it is called."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from jitr.pem import read_certificate
from pki.identity import certificate_id
from tests.unit.jitr.lots import csr
from tests.unit.pki import forging as forge

Jitr = Callable[..., Result]
FILES = ("--ca-cert", "CA_files/zk_ca.crt", "--ca-key", "CA_files/zk_ca.key")
NAMELESS = forge.request_pem(forge.common_name("no/slash"))


@pytest.fixture
def factory(ca_files: Path) -> Path:
    """A folder with an authority, and a lot of three sound requests in files of their own."""
    lot = ca_files.parent / "lot"
    (lot / "line-2").mkdir(parents=True)
    for file in ("a.csr", "b.pem", "line-2/c.csr"):
        (lot / file).write_text(csr(f"pump-{file[-5]}"))
    (lot / "device.key").write_text("secret")
    return ca_files.parent


def summary(done: Result) -> dict[str, object]:
    fields = json.loads(done.stdout)
    assert isinstance(fields, dict)
    return fields


@pytest.mark.usefixtures("factory")
def test_a_folder_s_certificates_stand_as_its_requests_do(jitr: Jitr) -> None:
    done = jitr("sign", "--out", "certs", *FILES, "lot", "--json")

    said = summary(done)
    assert done.exit_code == 0, done.stderr
    assert {name: value for name, value in said.items() if name != "seconds"} == {
        "environment": None,
        "ca_certificate_id": certificate_id(read_certificate(Path("CA_files/zk_ca.crt"))),
        "folder": "certs",
        "requests": 3,
        "signed": 3,
        "there_already": 0,
        "refused": 0,
        "ignored_files": 1,
        "refused_requests": [],
    }
    assert sorted(str(file) for file in Path("certs").rglob("*.*")) == [
        "certs/a.crt",
        "certs/b.crt",
        "certs/line-2/c.crt",
    ]


@pytest.mark.usefixtures("factory")
def test_tables_bundles_and_standard_input_give_files_of_the_devices_names(jitr: Jitr) -> None:
    Path("lot.csv").write_text(f'serial;csr\n17;"{csr("pump-1")}"\n18;"{csr("pump-2")}"\n')
    Path("bundle.pem").write_text(csr("pump-3") + csr("pump-4"))

    done = jitr("sign", "--out", "certs", *FILES, "lot.csv", "bundle.pem", "-", typed=csr("pump-5"))

    assert done.exit_code == 0, done.stderr
    assert sorted(file.stem for file in Path("certs").iterdir()) == [
        f"pump-{number}" for number in range(1, 6)
    ]


@pytest.mark.usefixtures("factory")
def test_bad_requests_are_named_with_their_reasons_and_do_not_stop_the_rest(jitr: Jitr) -> None:
    Path("lot/nameless.csr").write_text(NAMELESS)
    Path("lot/nothing.csr").write_text("hello")
    Path("lot/with-key.csr").write_text("-----BEGIN PRIVATE KEY-----\nAA==\n" + csr("pump-1"))

    done = jitr("sign", "--out", "certs", *FILES, "lot", "--json")

    said = summary(done)
    assert (done.exit_code, said["signed"], said["refused"]) == (1, 3, 3)
    assert [(bad["place"], bad["reason"]) for bad in said["refused_requests"]] == [  # type: ignore[attr-defined]  # JSON
        ("lot/nameless.csr", "bad_thing_name"),
        ("lot/nothing.csr", "unreadable"),
        ("lot/with-key.csr", "holds_private_key"),
    ]
    assert "lot/nothing.csr: holds no request (no PEM) (unreadable)" in done.stderr


@pytest.mark.usefixtures("factory")
def test_run_again_it_signs_what_is_new(jitr: Jitr) -> None:
    jitr("sign", "--out", "certs", *FILES, "lot")
    before = {file: file.read_bytes() for file in Path("certs").rglob("*.crt")}
    Path("lot/d.csr").write_text(csr("pump-d"))

    said = summary(jitr("sign", "--out", "certs", *FILES, "lot", "--json"))

    assert (said["signed"], said["there_already"]) == (1, 3)
    assert {file: file.read_bytes() for file in before} == before


@pytest.mark.usefixtures("factory")
def test_a_line_of_json_tells_of_each_and_a_second_run_adds_to_them(jitr: Jitr) -> None:
    Path("lot/nameless.csr").write_text(NAMELESS)
    for _ in range(2):
        jitr("sign", "--out", "certs", *FILES, "lot", "--results", "results.jsonl")

    lines = [json.loads(line) for line in Path("results.jsonl").read_text().splitlines()]
    assert [line["outcome"] for line in lines] == [
        *("signed", "signed", "refused", "signed"),
        *("there_already", "there_already", "refused", "there_already"),
    ]
    assert lines[0] == {
        "place": "lot/a.csr",
        "outcome": "signed",
        "thing_name": "pump-a",
        "certificate_id": certificate_id(read_certificate(Path("certs/a.crt"))),
        "file": "certs/a.crt",
    }
    assert lines[2].keys() == {"place", "outcome", "reason", "message"}


@pytest.mark.usefixtures("factory")
def test_two_processes_give_what_one_gives(jitr: Jitr) -> None:
    said = summary(jitr("sign", "--out", "certs", *FILES, "lot", "--jobs", 2, "--json"))

    assert (said["signed"], said["refused"]) == (3, 0)


@pytest.mark.usefixtures("factory")
def test_it_is_said_how_what_files_signed_comes_in(jitr: Jitr) -> None:
    assert "`jitr issued import`" in jitr("sign", "--out", "certs", *FILES, "lot").stderr


@pytest.mark.usefixtures("factory")
def test_a_folder_without_requests_is_a_failure(jitr: Jitr) -> None:
    done = jitr("sign", "--out", "certs", *FILES, "CA_files")
    assert (done.exit_code, done.stderr) == (1, "jitr: no requests found; 2 files have other suffixes\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lot", "certs", *FILES), "to sign many, name a folder: --out FOLDER"),
        (("lot/a.csr", *FILES), "`jitr sign CSR CRT` signs one"),
        (("lot/a.csr", "a.crt", "--jobs", "2", *FILES), "`jitr sign CSR CRT` signs one"),
        (("lot/a.csr", "a.crt", "--results", "r", *FILES), "`jitr sign CSR CRT` signs one"),
        (("--out", "certs", "--force", "lot", *FILES), "--force: signing in bulk overwrites nothing"),
        (("--out", "lot/a.csr", "lot", *FILES), "--out lot/a.csr: is no folder"),
        (("--out", "certs", "nowhere", *FILES), "nowhere: is not there"),
        (("--out", "certs", "lot", "--ca-cert", "CA_files/zk_ca.crt"), "go together"),
        (("--out", "certs", "lot", "--days", "3"), "--days: the deployed authority has its own"),
    ],
)
@pytest.mark.usefixtures("factory")
def test_a_wrong_call_is_said_in_a_line_and_signs_nothing(
    jitr: Jitr, words: tuple[str, ...], said: str
) -> None:
    done = jitr("sign", *words)

    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    assert said in done.stderr
    assert not list(Path().rglob("a.crt"))
