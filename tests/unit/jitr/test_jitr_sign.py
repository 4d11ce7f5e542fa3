import io
import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from typer.testing import Result

from contract import Output
from jitr.pem import authority, read_certificate
from jitr.target import Target
from jitr_stack.settings import load
from pki.identity import certificate_id, pem
from pki.leaf import leaf_certificate
from pki.request import read_request

Jitr = Callable[..., Result]


@dataclass
class FakeAws:
    """An account with a deployed stack, whose issuance function answers `answer`."""

    answer: dict[str, Any]
    function_error: bool = False
    deployed: bool = True
    asked: list[dict[str, Any]] = field(default_factory=list)

    def client(self, _name: str) -> "FakeAws":
        return self

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803  AWS's own name
        assert StackName == "dev-jitr"
        outputs = [{"OutputKey": str(Output.ISSUANCE_FUNCTION), "OutputValue": "issuer"}]
        return {"Stacks": [{"Outputs": outputs}] if self.deployed else []}

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803  AWS's own names
        assert FunctionName == "issuer"
        self.asked.append(json.loads(Payload))
        error = {"FunctionError": "Unhandled"} if self.function_error else {}
        return {"Payload": io.BytesIO(json.dumps(self.answer).encode()), **error}


@pytest.fixture
def csr(tmp_path: Path) -> Path:
    return _request(tmp_path, "/O=Zymbit/CN=pump-7")


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakeAws], FakeAws]:
    def install(fake: FakeAws) -> FakeAws:
        target = Target(load("dev"), cast(boto3.Session, fake))
        monkeypatch.setattr("jitr.signing.target", lambda _environment: target)
        return fake

    return install


def test_an_authority_in_files_signs_what_openssl_accepts(jitr: Jitr, csr: Path, ca_files: Path) -> None:
    done = jitr("sign", csr, "zymkey.crt", *_files(ca_files), "--json")
    signed = json.loads(done.stdout)
    assert (signed["thing_name"], signed["file"]) == ("pump-7", "zymkey.crt")
    assert signed["certificate_id"] == certificate_id(read_certificate(Path("zymkey.crt")))
    verified = subprocess.run(
        [
            "openssl",
            "verify",
            "-x509_strict",
            "-check_ss_sig",
            "-CAfile",
            ca_files / "zk_ca.crt",
            "zymkey.crt",
        ],
        check=False,
    )
    assert verified.returncode == 0


def test_signing_with_files_says_what_a_stack_wants_before_it_lets_the_device_in(
    jitr: Jitr, csr: Path, ca_files: Path
) -> None:
    assert "`jitr issued import`" in jitr("sign", csr, "zymkey.crt", *_files(ca_files)).stderr


def test_days_bound_the_certificate(jitr: Jitr, csr: Path, ca_files: Path) -> None:
    jitr("sign", csr, "zymkey.crt", *_files(ca_files), "--days", "3")
    leaf = read_certificate(Path("zymkey.crt"))
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc == timedelta(days=3, minutes=5)


def test_a_file_in_the_way_is_left_alone(jitr: Jitr, csr: Path, ca_files: Path) -> None:
    Path("zymkey.crt").write_text("precious")
    assert jitr("sign", csr, "zymkey.crt", *_files(ca_files)).exit_code == 2
    assert Path("zymkey.crt").read_text() == "precious"


def test_a_refused_csr_is_named_with_its_reason(jitr: Jitr, tmp_path: Path, ca_files: Path) -> None:
    nameless = _request(tmp_path, "/C=US/ST=California/L=Santa Barbara/O=Zymbit/OU=Zymkey")
    done = jitr("sign", nameless, "zymkey.crt", *_files(ca_files))
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
    assert f"{nameless}: refused (bad_thing_name)" in done.stderr
    assert not Path("zymkey.crt").exists()


def test_a_csr_without_a_thing_comes_with_the_command_that_makes_another(
    jitr: Jitr, tmp_path: Path, ca_files: Path
) -> None:
    nameless = _request(tmp_path, "/C=US/ST=California/L=Santa Barbara/O=Zymbit/OU=Zymkey")
    done = jitr("sign", nameless, "zymkey.crt", *_files(ca_files))
    assert "make it anew with scripts/device/make_csr --thing-name NAME" in done.stderr


def test_nothing_is_said_to_be_signed_that_could_not_be_written(
    jitr: Jitr, csr: Path, ca_files: Path
) -> None:
    done = jitr("sign", csr, csr / "zymkey.crt", *_files(ca_files))
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
    assert "cannot be written" in done.stderr


@pytest.mark.parametrize("option", ["--ca-cert", "--ca-key"])
def test_half_an_authority_is_a_wrong_call(jitr: Jitr, csr: Path, option: str) -> None:
    done = jitr("sign", csr, "zymkey.crt", option, "file")
    assert done.exit_code == 2
    assert "go together" in done.stderr


def test_days_do_not_go_with_the_deployed_authority(jitr: Jitr, csr: Path) -> None:
    assert jitr("sign", csr, "zymkey.crt", "--days", "3").exit_code == 2


def test_the_deployed_authority_is_asked_with_the_csr(
    jitr: Jitr, csr: Path, ca_files: Path, deployed: Callable[[FakeAws], FakeAws]
) -> None:
    aws = deployed(FakeAws(_issued(csr, ca_files)))
    assert jitr("sign", csr, "zymkey.crt", "-e", "dev").exit_code == 0
    assert aws.asked == [{"csr": csr.read_text()}]
    assert Path("zymkey.crt").read_text() == aws.answer["certificate"]


def test_intermediates_are_written_after_the_certificate(
    jitr: Jitr, csr: Path, ca_files: Path, deployed: Callable[[FakeAws], FakeAws]
) -> None:
    answer = _issued(csr, ca_files)
    deployed(FakeAws(answer | {"chain": [answer["ca_certificate"]]}))
    assert jitr("sign", csr, "zymkey.crt", "-e", "dev").exit_code == 0
    assert Path("zymkey.crt").read_text() == answer["certificate"] + answer["ca_certificate"]


def test_a_refusal_by_the_function_is_passed_on(
    jitr: Jitr, csr: Path, deployed: Callable[[FakeAws], FakeAws]
) -> None:
    deployed(FakeAws({"refused": {"reason": "weak_key", "message": "use P-256"}}))
    done = jitr("sign", csr, "zymkey.crt", "-e", "dev")
    assert (done.exit_code, done.stderr.splitlines()) == (
        1,
        ["jitr: the CSR was refused (weak_key): use P-256"],
    )


def test_a_failed_function_is_said(jitr: Jitr, csr: Path, deployed: Callable[[FakeAws], FakeAws]) -> None:
    deployed(FakeAws({"errorMessage": "KMS is away"}, function_error=True))
    done = jitr("sign", csr, "zymkey.crt", "-e", "dev")
    assert done.exit_code == 1
    assert "the issuance function issuer failed: KMS is away" in done.stderr


def test_a_missing_stack_is_said_with_the_command_that_makes_it(
    jitr: Jitr, csr: Path, deployed: Callable[[FakeAws], FakeAws]
) -> None:
    deployed(FakeAws({}, deployed=False))
    done = jitr("sign", csr, "zymkey.crt", "-e", "dev")
    assert done.stderr.splitlines() == ["jitr: the stack dev-jitr is not deployed: run `cdk deploy 'dev/*'`"]


def test_a_certificate_for_another_key_is_not_written(
    jitr: Jitr, csr: Path, tmp_path: Path, ca_files: Path, deployed: Callable[[FakeAws], FakeAws]
) -> None:
    (tmp_path / "else").mkdir()
    deployed(FakeAws(_issued(_request(tmp_path / "else", "/CN=pump-7"), ca_files)))
    done = jitr("sign", csr, "zymkey.crt", "-e", "dev")
    assert done.exit_code == 1
    assert "a certificate for another key" in done.stderr
    assert not Path("zymkey.crt").exists()


def _request(folder: Path, subject: str) -> Path:
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-new",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ),
            *("-keyout", "device.key", "-out", "zymkey.csr", "-subj", subject),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder / "zymkey.csr"


def _files(folder: Path) -> tuple[str, Path, str, Path]:
    return "--ca-cert", folder / "zk_ca.crt", "--ca-key", folder / "zk_ca.key"


def _issued(csr: Path, folder: Path) -> dict[str, str]:
    ca, key = authority(folder / "zk_ca.crt", folder / "zk_ca.key", None)
    leaf = leaf_certificate(read_request(csr.read_bytes()), ca, key, timedelta(days=1))
    return {
        "thing_name": "pump-7",
        "certificate_id": certificate_id(leaf),
        "ca_certificate_id": certificate_id(ca),
        "certificate": pem(leaf),
        "ca_certificate": pem(ca),
        "not_after": leaf.not_valid_after_utc.isoformat(),
    }
