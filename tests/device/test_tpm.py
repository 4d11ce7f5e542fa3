"""A key in a TPM 2.0: requests by OpenSSL's provider, and no TLS."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.device.examination import examined
from tests.device.held_key import THING, Device, Enrol
from tests.device.tpm import HANDLE


def public_key_of(device: Device, folder: Path) -> bytes:
    """Ask the TPM itself."""
    read = ["tpm2_readpublic", "-Q", "-c", HANDLE, "-f", "pem", "-o", "public.pem"]
    subprocess.run(read, cwd=folder, env=device.environment, check=True, capture_output=True, timeout=60)
    return (folder / "public.pem").read_bytes()


def request_of(device: Device) -> x509.CertificateSigningRequest:
    return x509.load_pem_x509_csr((device.folder / "zymkey.csr").read_bytes())


def test_a_persistent_key_signs_a_csr(tpm: Device, tmp_path: Path) -> None:
    done = tpm.make_csr("--thing-name", THING, *tpm.key_options)

    assert done.returncode == 0, done.stderr
    assert f"TPM 2.0 handle:{HANDLE}" in done.stdout
    request = request_of(tpm)
    pem = request.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert request.is_signature_valid
    assert pem == public_key_of(tpm, tmp_path)


def test_so_does_a_key_that_only_its_tpm_can_load_from_a_file(tpm: Device) -> None:
    providers = ["-provider", "tpm2", "-provider", "default"]
    key = ["-algorithm", "EC", "-pkeyopt", "group:P-256", "-out", "device.tss"]
    tpm.run("openssl", "genpkey", *providers, *key).check_returncode()

    done = tpm.make_csr("--thing-name", THING, "--key", "tpm:device.tss")

    assert done.returncode == 0, done.stderr
    assert "TSS2 PRIVATE KEY" in (tpm.folder / "device.tss").read_text()
    assert request_of(tpm).is_signature_valid


def test_its_certificate_is_renewed_in_two_steps_as_far_as_the_request(tpm: Device, enrol: Enrol) -> None:
    old = enrol(tpm)

    done = tpm.renew("--csr-out", "renewal.csr", *tpm.key_options)

    assert done.returncode == 0, done.stderr
    request = x509.load_pem_x509_csr((tpm.folder / "renewal.csr").read_bytes())
    assert (request.public_key(), request.subject) == (old.public_key(), old.subject)


@pytest.mark.parametrize("way", [("--protocol", "mqtt"), ("--protocol", "https"), ("--port", "443")])
def test_for_tls_it_is_named_by_its_pkcs11_module(tpm: Device, enrol: Enrol, way: tuple[str, ...]) -> None:
    enrol(tpm)
    at = ["--endpoint", "localhost", *way, *tpm.key_options]

    connecting = tpm.connect(*at)
    renewing = tpm.renew(*at, "--sign-command", "false")

    assert (connecting.returncode, renewing.returncode) == (2, 2)
    assert "by its PKCS#11 module for TLS" in connecting.stderr
    assert "by its PKCS#11 module for TLS" in renewing.stderr


def test_doctor_finds_the_provider_and_the_key(tpm: Device, enrol: Enrol) -> None:
    enrol(tpm)

    seen = examined(tpm)

    found = {check: seen.verdicts[check] for check in ("provider", "key", "key type", "certificate's key")}
    assert set(found.values()) == {"ok"}, seen.words


def test_doctor_tells_a_tpm_that_is_not_there(tpm: Device) -> None:
    seen = examined(tpm, TPM2OPENSSL_TCTI="device:/dev/nosuch")

    assert (seen.code, seen.verdicts["provider"]) == (1, "failed")
    assert "/dev/tpmrm0" in seen.words["provider"]
    assert "because 'provider' failed" in seen.words["key"]


def test_a_handle_that_holds_no_key_is_told(tpm: Device) -> None:
    done = tpm.make_csr("--thing-name", THING, "--key", "tpm:0x81010099")

    assert done.returncode == 1
    assert "the TPM holds no such key" in done.stderr
    assert len(done.stderr.splitlines()) == 1
