import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from contract import KeyAlgorithm
from jitr.authority_files import Wanted, create
from jitr.failure import BadUseError
from jitr.pem import authority, key_pem, read_authority, read_certificate, read_key
from pki.authority import authority_certificate, subject_name, verification_certificate
from pki.identity import pem
from pki.keys import generate_key


def test_an_authority_made_by_the_tutorials_openssl_lines_is_accepted(tmp_path: Path) -> None:
    for line in (
        ("openssl", "ecparam", "-genkey", "-name", "prime256v1", "-out", "zk_ca.key"),
        ("openssl", "req", "-x509", "-new", "-SHA256", "-nodes", "-key", "zk_ca.key", "-days", "3650",
         "-out", "zk_ca.crt", "-subj", "/C=US/ST=California/L=Santa Barbara/O=Zymkey/"),
    ):  # fmt: skip
        subprocess.run(line, cwd=tmp_path, check=True, capture_output=True)
    certificate, key = authority(tmp_path / "zk_ca.crt", tmp_path / "zk_ca.key", None)
    assert certificate.public_key() == key.public_key()


def test_a_key_of_another_authority_is_refused(tmp_path: Path, ca_files: Path) -> None:
    create(tmp_path / "other", Wanted(), None, force=False)
    with pytest.raises(BadUseError, match=r"is not the private key of .*zk_ca\.crt"):
        authority(ca_files / "zk_ca.crt", tmp_path / "other" / "zk_ca.key", None)


def test_a_certificate_of_no_authority_is_refused(tmp_path: Path, ca_files: Path) -> None:
    leaf = verification_certificate(
        *authority(ca_files / "zk_ca.crt", ca_files / "zk_ca.key", None), "0" * 64
    )
    (tmp_path / "leaf.crt").write_text(pem(leaf))
    with pytest.raises(BadUseError, match="is no authority's certificate"):
        read_authority(tmp_path / "leaf.crt")


@pytest.mark.parametrize("made", [timedelta(days=-30), timedelta(days=30)])
def test_an_authority_outside_its_time_is_refused(tmp_path: Path, made: timedelta) -> None:
    key = generate_key(KeyAlgorithm.P256)
    name = subject_name({"common_name": "late"})
    certificate = authority_certificate(key, name, timedelta(days=7), datetime.now(UTC) + made)
    (tmp_path / "ca.crt").write_text(pem(certificate))
    with pytest.raises(BadUseError, match=r"is valid from .* UTC, not now"):
        read_authority(tmp_path / "ca.crt")


def test_a_file_with_two_certificates_is_refused(tmp_path: Path, ca_files: Path) -> None:
    (tmp_path / "chain.crt").write_text((ca_files / "zk_ca.crt").read_text() * 2)
    with pytest.raises(BadUseError, match="holds 2 certificates"):
        read_certificate(tmp_path / "chain.crt")


@pytest.mark.parametrize(
    "content", [b"", b"text", b"\xff\xfe", b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"]
)
def test_what_is_no_certificate_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.crt").write_bytes(content)
    with pytest.raises(BadUseError, match=r"x\.crt: is no certificate in PEM form"):
        read_certificate(tmp_path / "x.crt")


@pytest.mark.parametrize("algorithm", list(KeyAlgorithm))
def test_an_encrypted_key_opens_with_its_passphrase(tmp_path: Path, algorithm: KeyAlgorithm) -> None:
    (tmp_path / "passphrase").write_text("correct horse\n")
    key = generate_key(algorithm)
    (tmp_path / "ca.key").write_bytes(key_pem(key, tmp_path / "passphrase"))
    assert read_key(tmp_path / "ca.key", tmp_path / "passphrase").public_key() == key.public_key()


@pytest.mark.parametrize(("passphrase", "why"), [("wrong\n", "does not open it"), ("\n", "is empty")])
def test_a_wrong_passphrase_is_said(tmp_path: Path, passphrase: str, why: str) -> None:
    (tmp_path / "right").write_text("correct horse\n")
    (tmp_path / "given").write_text(passphrase)
    (tmp_path / "ca.key").write_bytes(key_pem(generate_key(KeyAlgorithm.P256), tmp_path / "right"))
    with pytest.raises(BadUseError, match=why):
        read_key(tmp_path / "ca.key", tmp_path / "given")


def test_a_kind_of_key_that_aws_iot_does_not_take_is_refused(tmp_path: Path) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    (tmp_path / "ca.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with pytest.raises(BadUseError, match="neither an elliptic"):
        read_key(tmp_path / "ca.key", None)


@pytest.mark.parametrize(
    "content",
    [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", b"-----BEGIN PRIVATE KEY-----"],
)
def test_what_is_no_key_is_refused_and_never_shown(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ca.key").write_bytes(content)
    with pytest.raises(BadUseError, match="private key") as refused:
        read_key(tmp_path / "ca.key", None)
    assert "AAAA" not in str(refused.value)


def test_where_nobody_can_be_asked_an_encrypted_key_asks_for_the_option(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text("correct horse\n")
    (tmp_path / "ca.key").write_bytes(key_pem(generate_key(KeyAlgorithm.P256), tmp_path / "passphrase"))
    with pytest.raises(BadUseError, match=r"ca\.key: is encrypted.* give --passphrase-file"):
        read_key(tmp_path / "ca.key", None)
