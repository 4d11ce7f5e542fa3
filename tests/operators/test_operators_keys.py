"""`jitr ca verification-csr`, `request` and `export`: what an authority's key is needed for outside AWS."""

import json
import logging
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID
from operator_site import Jitr, OperatorSite

from contract import Custody, key_parameter
from jitr.pem import key_pem


def csr(path: str) -> x509.CertificateSigningRequest:
    return x509.load_pem_x509_csr(Path(path).read_bytes())


def test_a_verification_request_carries_the_registration_code(jitr: Jitr, site: OperatorSite) -> None:
    site.declare("fleet", state="issuing")
    code = site.client("iot").get_registration_code()["registrationCode"]

    done = jitr("ca", "verification-csr", "--out", "verification.csr", "--json")

    request = csr("verification.csr")
    assert (done.exit_code, json.loads(done.stdout)["registration_code"]) == (0, code)
    assert [each.value for each in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == [code]
    assert request.is_signature_valid


def test_the_key_of_a_verification_request_is_thrown_away(jitr: Jitr, site: OperatorSite) -> None:
    site.declare("fleet", state="issuing")
    keys = []
    for _ in range(2):
        jitr("ca", "verification-csr", "--out", "verification.csr", "--force")
        keys.append(csr("verification.csr").public_key())
    assert keys[0] != keys[1]
    assert [path.name for path in Path().iterdir() if path.is_file()] == ["verification.csr"]


@pytest.mark.parametrize("custody", [Custody.KMS, Custody.SECRETS_MANAGER])
def test_a_request_is_made_with_the_authority_s_own_key_and_name(
    jitr: Jitr, site: OperatorSite, custody: Custody
) -> None:
    site.authority("fleet", custody=custody)

    done = jitr("ca", "request", "fleet", "--out", "fleet.csr")

    request, ca = csr("fleet.csr"), site.certificates["fleet"]
    assert done.exit_code == 0, done.stderr
    assert request.is_signature_valid
    assert (request.public_key(), request.subject) == (ca.public_key(), ca.subject)
    assert request.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_an_exported_key_is_the_authority_s_and_its_owner_s_alone(jitr: Jitr, site: OperatorSite) -> None:
    site.authority("fleet")

    done = jitr("ca", "export", "fleet", "--out", "fleet.key", "--yes", "--json")

    content = Path("fleet.key").read_bytes()
    assert done.exit_code == 0, done.stderr
    assert load_pem_private_key(content, None).public_key() == site.certificates["fleet"].public_key()
    assert content.startswith(b"-----BEGIN PRIVATE KEY-----")
    assert stat.S_IMODE(Path("fleet.key").stat().st_mode) == 0o600


def test_an_export_says_who_did_it_and_that_it_is_recorded(jitr: Jitr, site: OperatorSite) -> None:
    site.authority("fleet")
    caller = site.client("sts").get_caller_identity()["Arn"]

    done = jitr("ca", "export", "fleet", "--out", "fleet.key", "--yes", "--json")

    assert json.loads(done.stdout)["exported_by"] == caller
    assert f"read by {caller}; CloudTrail has recorded it (GetSecretValue)" in done.stderr


def test_an_exported_key_stands_in_its_file_alone(
    jitr: Jitr, site: OperatorSite, caplog: pytest.LogCaptureFixture
) -> None:
    site.authority("fleet")
    caplog.set_level(logging.DEBUG)

    done = jitr("ca", "export", "fleet", "--out", "fleet.key", "--yes")

    body = key_pem(site.keys["fleet"], None).decode().splitlines()[1]
    assert body in Path("fleet.key").read_text()
    assert body not in done.output
    assert "GetCallerIdentity" in caplog.text
    assert body not in caplog.text


def test_an_export_can_be_encrypted(jitr: Jitr, site: OperatorSite) -> None:
    site.authority("fleet")
    Path("passphrase").write_text("correct horse\n")
    jitr("ca", "export", "fleet", "--out", "fleet.key", "--yes", "--passphrase-file", "passphrase")
    key = load_pem_private_key(Path("fleet.key").read_bytes(), b"correct horse")
    assert key.public_key() == site.certificates["fleet"].public_key()


def test_an_export_overwrites_nothing_without_force(jitr: Jitr, site: OperatorSite) -> None:
    site.authority("fleet")
    Path("fleet.key").write_text("precious")
    assert jitr("ca", "export", "fleet", "--out", "fleet.key", "--yes").exit_code == 2
    assert Path("fleet.key").read_text() == "precious"
    assert jitr("ca", "export", "fleet", "--out", "fleet.key", "--yes", "--force").exit_code == 0


def test_an_export_needs_somebody_s_yes(jitr: Jitr, site: OperatorSite) -> None:
    site.authority("fleet")
    done = jitr("ca", "export", "fleet", "--out", "fleet.key", typed="y\n")
    assert (done.exit_code, Path("fleet.key").exists()) == (2, False)
    assert "give --yes" in done.stderr


@pytest.mark.parametrize(("answer", "exit_code"), [("y\n", 0), ("n\n", 1), ("\n", 1)])
def test_the_person_at_the_terminal_is_asked(
    jitr: Jitr, site: OperatorSite, monkeypatch: pytest.MonkeyPatch, answer: str, exit_code: int
) -> None:
    site.authority("fleet")
    monkeypatch.setattr("jitr.confirmation.is_terminal", lambda: True)
    done = jitr("ca", "export", "fleet", "--out", "fleet.key", typed=answer)
    assert f"Export the private key of fleet ({site.name}) as arn:aws:" in done.stderr
    assert (done.exit_code, Path("fleet.key").exists()) == (exit_code, exit_code == 0)


@pytest.mark.parametrize("command", ["export", "request"])
def test_an_unknown_authority_is_said_with_those_there_are(
    jitr: Jitr, site: OperatorSite, command: str
) -> None:
    site.authority("fleet")
    done = jitr("ca", command, "fleat", "--out", "file")
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
    assert "has no authority 'fleat'; it has: fleet" in done.stderr


def test_a_key_in_kms_is_never_exported(jitr: Jitr, site: OperatorSite) -> None:
    site.authority("fleet", custody=Custody.KMS)
    done = jitr("ca", "export", "fleet", "--out", "fleet.key", "--yes")
    assert (done.exit_code, Path("fleet.key").exists()) == (1, False)
    assert "the key of fleet is held in KMS and cannot leave KMS" in done.stderr


def test_a_key_in_kms_is_not_exported_where_the_file_says_otherwise(jitr: Jitr, site: OperatorSite) -> None:
    site.authority("fleet", custody=Custody.KMS)
    site.declare("fleet", custody="secrets_manager")
    done = jitr("ca", "export", "fleet", "--out", "fleet.key", "--yes")
    assert (done.exit_code, Path("fleet.key").exists()) == (1, False)
    assert "cannot leave KMS" in done.stderr


@pytest.mark.parametrize("command", ["export", "request"])
def test_an_external_authority_s_key_was_never_here(jitr: Jitr, site: OperatorSite, command: str) -> None:
    site.declare(
        "factory", custody="external", state="trusted", mode="SNI_ONLY", certificate=str(site.root())
    )
    done = jitr("ca", command, "factory", "--out", "file")
    assert (done.exit_code, Path("file").exists()) == (1, False)
    assert "the key of factory is external: AWS never had its key" in done.stderr


def test_another_key_than_the_certificate_s_is_not_exported(jitr: Jitr, site: OperatorSite) -> None:
    site.authority("fleet")
    site.authority("other", state="trusted")
    ssm = site.client("ssm")
    others = ssm.get_parameter(Name=key_parameter(site.name, "other"))["Parameter"]["Value"]
    site.put_parameter(key_parameter(site.name, "fleet"), others)

    done = jitr("ca", "export", "fleet", "--out", "fleet.key", "--yes")

    assert (done.exit_code, Path("fleet.key").exists()) == (1, False)
    assert "holds another key than its certificate's" in done.stderr


def test_an_earlier_version_s_deployment_is_explained(jitr: Jitr, site: OperatorSite) -> None:
    site.authority("fleet")
    site.client("ssm").delete_parameter(Name=key_parameter(site.name, "fleet"))
    done = jitr("ca", "export", "fleet", "--out", "fleet.key", "--yes")
    assert done.exit_code == 1
    assert "which names the key, is not there: run `cdk deploy" in done.stderr
