import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.x509.oid import NameOID
from typer.testing import Result

from contract import KeyAlgorithm
from jitr.pem import read_certificate
from pki.keys import algorithm_of

Jitr = Callable[..., Result]
CODE = "ab" * 32


def test_create_makes_the_tutorials_three_files(jitr: Jitr) -> None:
    assert jitr("ca", "create", "--out", "CA_files").exit_code == 0
    assert sorted(path.name for path in Path("CA_files").iterdir()) == ["zk_ca.crt", "zk_ca.key", "zk_ca.pem"]
    assert Path("CA_files/zk_ca.crt").read_bytes() == Path("CA_files/zk_ca.pem").read_bytes()


def test_create_gives_the_key_to_its_owner_alone(jitr: Jitr) -> None:
    jitr("ca", "create")
    assert stat.S_IMODE(Path("CA_files/zk_ca.key").stat().st_mode) == 0o600


def test_create_gives_every_authority_a_subject_of_its_own(jitr: Jitr) -> None:
    subjects = [
        json.loads(jitr("ca", "create", "--json", "--out", each).stdout)["subject"] for each in ("a", "b")
    ]
    assert subjects[0] != subjects[1]
    assert all(each.endswith("O=Zymkey,L=Santa Barbara,ST=California,C=US") for each in subjects)


@pytest.mark.parametrize("algorithm", list(KeyAlgorithm))
def test_create_offers_every_algorithm(jitr: Jitr, algorithm: KeyAlgorithm) -> None:
    assert jitr("ca", "create", "--algorithm", algorithm, "--subject", "/CN=mine").exit_code == 0
    certificate = read_certificate(Path("CA_files/zk_ca.crt"))
    assert algorithm_of(certificate.public_key()) is algorithm
    assert certificate.subject.rfc4514_string() == "CN=mine"


@pytest.mark.parametrize("name", ["zk_ca.key", "zk_ca.crt", "zk_ca.pem"])
def test_create_overwrites_nothing_without_force(jitr: Jitr, name: str) -> None:
    Path("CA_files").mkdir()
    Path("CA_files", name).write_text("precious")
    refused = jitr("ca", "create")
    assert refused.exit_code == 2
    assert refused.stderr.splitlines() == [
        f"jitr: CA_files/{name}: exists already and was left as it is; --force overwrites it"
    ]
    assert [path.read_text() for path in Path("CA_files").iterdir()] == ["precious"]
    assert jitr("ca", "create", "--force").exit_code == 0


def test_create_with_a_passphrase_writes_an_encrypted_key(jitr: Jitr) -> None:
    Path("passphrase").write_text("correct horse\n")
    jitr("ca", "create", "--passphrase-file", "passphrase")
    assert "ENCRYPTED" in Path("CA_files/zk_ca.key").read_text()


@pytest.mark.parametrize("subject", ["CN=x", "/CN=" + "x" * 65 * 3, "/C=USA", "/CN=a\nb", "/CN="])
def test_create_refuses_a_subject_that_no_certificate_may_have(jitr: Jitr, subject: str) -> None:
    refused = jitr("ca", "create", "--subject", subject)
    assert refused.exit_code == 2
    assert len(refused.stderr.splitlines()) == 1
    assert not Path("CA_files").exists()


def test_verification_cert_carries_the_code(jitr: Jitr, ca_files: Path) -> None:
    files = ("--ca-cert", ca_files / "zk_ca.crt", "--ca-key", ca_files / "zk_ca.key")
    assert (
        jitr("ca", "verification-cert", *files, "--registration-code", CODE, "--out", "v.crt").exit_code == 0
    )
    proof = read_certificate(Path("v.crt"))
    assert [each.value for each in proof.subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == [CODE]
    proof.verify_directly_issued_by(read_certificate(ca_files / "zk_ca.crt"))


@pytest.mark.parametrize("code", ["", "abc", "G" * 64, CODE.upper()])
def test_verification_cert_refuses_what_is_no_code(jitr: Jitr, ca_files: Path, code: str) -> None:
    files = ("--ca-cert", ca_files / "zk_ca.crt", "--ca-key", ca_files / "zk_ca.key")
    refused = jitr("ca", "verification-cert", *files, "--registration-code", code)
    assert refused.exit_code == 2
    assert "64 hexadecimal digits" in refused.stderr


def test_show_of_a_file_needs_no_aws(jitr: Jitr, ca_files: Path) -> None:
    shown = json.loads(jitr("ca", "show", ca_files / "zk_ca.crt", "--json").stdout)
    assert (shown["authority"], shown["algorithm"]) == ("yes", "P-256")


def test_create_names_the_option_that_was_wrong(jitr: Jitr) -> None:
    assert jitr("ca", "create", "--subject", "/C=USA").stderr.startswith("jitr: --subject: ")


def test_create_takes_an_empty_subject_for_a_mistake(jitr: Jitr) -> None:
    assert jitr("ca", "create", "--subject", "").exit_code == 2
    assert not Path("CA_files").exists()
