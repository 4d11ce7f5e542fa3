"""`make_csr` with every key holder, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID

from tests.device.held_key import Device, Token


def csr_of(device: Device, name: str = "zymkey.csr") -> x509.CertificateSigningRequest:
    return x509.load_pem_x509_csr((device.folder / name).read_bytes())


def common_names(request: x509.CertificateSigningRequest) -> list[str | bytes]:
    return [attribute.value for attribute in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]


def test_every_key_holder_signs_a_csr_for_the_thing(device: Device) -> None:
    done = device.make_csr("--thing-name", "pump-7", *device.key_options)

    assert done.returncode == 0, done.stderr
    request = csr_of(device)
    key = request.public_key()
    assert request.is_signature_valid
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert common_names(request) == ["pump-7"]


def test_only_the_csr_is_left_behind(zymkey: Device) -> None:
    zymkey.make_csr("--thing-name", "pump-7")

    assert [file.name for file in zymkey.folder.iterdir()] == ["zymkey.csr"]


def test_the_thing_name_replaces_the_subjects_own(zymkey: Device) -> None:
    zymkey.make_csr("--subject", "/C=US/CN=other/O=Zymbit", "--thing-name", "pump-7", "--out", "a.csr")

    assert csr_of(zymkey, "a.csr").subject.rfc4514_string() == "CN=pump-7,O=Zymbit,C=US"


def test_a_csr_without_a_thing_is_made_as_in_the_tutorial_and_remarked_upon(zymkey: Device) -> None:
    done = zymkey.make_csr()

    assert done.returncode == 0
    assert "names no thing" in done.stderr
    assert common_names(csr_of(zymkey)) == []


def test_an_earlier_csr_is_replaced(zymkey: Device) -> None:
    zymkey.make_csr("--thing-name", "pump-7")
    zymkey.make_csr("--thing-name", "pump-8")

    assert common_names(csr_of(zymkey)) == ["pump-8"]


def test_a_file_that_is_no_csr_is_left_alone(zymkey: Device) -> None:
    certificate = zymkey.folder / "zymkey.crt"
    certificate.write_text("-----BEGIN CERTIFICATE-----\n")

    done = zymkey.make_csr("--thing-name", "pump-7", "--out", "zymkey.crt")

    assert done.returncode == 2
    assert "exists and is no CSR" in done.stderr
    assert certificate.read_text() == "-----BEGIN CERTIFICATE-----\n"


def test_a_failure_leaves_the_earlier_csr_and_nothing_else(zymkey: Device) -> None:
    zymkey.make_csr("--thing-name", "pump-7")
    before = (zymkey.folder / "zymkey.csr").read_bytes()

    done = zymkey.make_csr("--thing-name", "pump-8", ZYMKEY_TEST_KEY="/nonexistent")

    assert done.returncode == 1
    assert (zymkey.folder / "zymkey.csr").read_bytes() == before
    assert [file.name for file in zymkey.folder.iterdir()] == ["zymkey.csr"]


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--thing-name", "a" * 65], 2, "X.509 allows that 64"),
        (["--thing-name", "pump 7"], 2, "a-z A-Z 0-9 : _ -"),
        (["--thing-name", ""], 2, "1 to 128 characters"),
        (["--subject", "CN=pump-7"], 2, "write it as openssl does"),
        (["--subject", "/CN=pump-7/CN=pump-8"], 2, "a device has one"),
        (["--subject", "/CN=pump*7"], 2, "a-z A-Z 0-9 : _ -"),
        (["--subject", "/C=USA/CN=pump-7"], 1, "C takes 2 letters"),
        (["--subject", "/NOSUCH=x/CN=pump-7"], 1, 'unknown subject name attribute "NOSUCH"'),
        (["--subject", "/O=/CN=pump-7"], 1, "left a part of the subject"),
        (["--engine", "nosuch"], 1, "no such engine"),
        (["--out", "nowhere/zymkey.csr"], 2, "no such folder"),
        (["--out", "."], 2, "is a folder"),
        (["--software-key", "dev.key", "--engine", "zymkey_ssl"], 2, "goes with none of"),
        (["--pin-file", "pin"], 2, "PKCS#11 URI"),
        (["--key", "pkcs11:token=a", "--pin-file", "nosuch"], 1, "the PIN cannot be read"),
        (["--thing", "pump-7"], 2, "unrecognized arguments"),
    ],
)
def test_bad_input_is_refused_in_one_line_and_makes_no_csr(
    zymkey: Device, options: list[str], code: int, message: str
) -> None:
    done = zymkey.make_csr(*options)

    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert list(zymkey.folder.iterdir()) == []


def key_file(device: Device, *genpkey: str) -> None:
    """Put a key of another kind where `--software-key dev.key` finds it."""
    device.run("openssl", "genpkey", "-out", "dev.key", *genpkey).check_returncode()


EC = ("-algorithm", "EC", "-pkeyopt")


@pytest.mark.parametrize(
    ("genpkey", "objection"),
    [
        ((*EC, "ec_paramgen_curve:secp256k1"), "its curve is secp256k1"),
        ((*EC, "ec_paramgen_curve:P-521"), "its curve is secp521r1"),
        ((*EC, "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit"), "explicit curve parameters"),
        (("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"), "1024"),
        (("-algorithm", "ED25519"), "ED25519"),
    ],
)
def test_a_key_that_aws_does_not_take_is_refused(
    software: Device, genpkey: tuple[str, ...], objection: str
) -> None:
    key_file(software, *genpkey)

    done = software.make_csr("--thing-name", "pump-7", *software.key_options)

    assert done.returncode == 1
    assert objection in done.stderr
    assert not (software.folder / "zymkey.csr").exists()


@pytest.mark.parametrize(
    ("genpkey", "kind"),
    [
        ((*EC, "ec_paramgen_curve:P-384"), "P-384"),
        (("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"), "RSA-2048"),
    ],
)
def test_other_keys_that_aws_takes_are_named(software: Device, genpkey: tuple[str, ...], kind: str) -> None:
    key_file(software, *genpkey)

    done = software.make_csr("--thing-name", "pump-7", *software.key_options)

    assert f"{kind} key" in done.stdout


def test_a_software_key_is_private_and_labelled_for_development(software: Device) -> None:
    done = software.make_csr("--thing-name", "pump-7", *software.key_options)

    assert (software.folder / "dev.key").stat().st_mode & 0o777 == 0o600
    assert "for development only" in done.stderr
    assert "NOT held in hardware" in done.stderr


def test_a_software_key_is_kept_unless_forced(software: Device) -> None:
    key = software.folder / "dev.key"
    software.make_csr("--thing-name", "pump-7", *software.key_options)
    first = key.read_bytes()

    software.make_csr("--thing-name", "pump-7", *software.key_options)
    second = key.read_bytes()
    software.make_csr("--thing-name", "pump-7", *software.key_options, "--force")
    forced = key.read_bytes()

    assert second == first
    assert forced != first
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_no_key_is_not_replaced_by_one(software: Device) -> None:
    (software.folder / "dev.key").write_text("something else\n")

    done = software.make_csr("--thing-name", "pump-7", *software.key_options)

    assert done.returncode == 1
    assert (software.folder / "dev.key").read_text() == "something else\n"


def test_show_makes_nothing(software: Device) -> None:
    done = software.make_csr("--thing-name", "pump-7", *software.key_options, "--show")

    assert done.stdout.startswith("openssl req -key dev.key -new -out zymkey.csr -subj ")
    assert list(software.folder.iterdir()) == []


def test_show_masks_the_pin(softhsm: Device, token: Token) -> None:
    done = softhsm.make_csr("--thing-name", "pump-7", "--key", token.uri_with_pin, "--show")

    assert token.pin not in done.stdout + done.stderr
    assert "pin-value=***" in done.stdout


def test_the_line_shown_for_a_pin_file_works_as_it_stands(
    softhsm: Device, token: Token, tmp_path: Path
) -> None:
    pin_file = tmp_path / "bare-pin"
    pin_file.write_text(token.pin)  # libp11 takes the file as it is, line end and all
    shown = softhsm.make_csr(
        "--thing-name", "pump-7", "--key", token.uri, "--pin-file", str(pin_file), "--show"
    )

    done = softhsm.shell(shown.stdout)

    assert done.returncode == 0, done.stderr
    assert common_names(csr_of(softhsm)) == ["pump-7"]


def test_openssl_is_not_told_the_pin_on_its_command_line(
    softhsm: Device, token: Token, tmp_path: Path
) -> None:
    """What `ps` would show, written down by an openssl that stands before the real one in PATH."""
    witness = tmp_path / "bin" / "openssl"
    witness.parent.mkdir()
    path = softhsm.environment["PATH"]
    witness.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/arguments\nPATH={path}\nexec openssl "$@"\n')
    witness.chmod(0o755)

    done = softhsm.make_csr(
        *["--thing-name", "pump-7", "--key", token.uri_with_pin], PATH=f"{witness.parent}:{path}"
    )

    assert done.returncode == 0, done.stderr
    arguments = (tmp_path / "arguments").read_text()
    assert "pkcs11:token=device" in arguments
    assert token.pin not in arguments


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("pkcs11:token=device;object=device-key;type=private", "the token wants a PIN"),
        ("pkcs11:token=device;object=device-key;type=private;pin-value=000000", "the token refused the PIN"),
        ("pkcs11:token=nosuch;object=device-key;type=private;pin-value=493817", "no such token"),
        ("pkcs11:token=device;object=nosuch;type=private;pin-value=493817", "no private key of that name"),
    ],
)
def test_what_stands_in_the_way_of_a_tokens_key_is_said(softhsm: Device, uri: str, message: str) -> None:
    done = softhsm.make_csr("--thing-name", "pump-7", "--key", uri)

    assert done.returncode == 1
    assert message in done.stderr
    assert "493817" not in done.stderr
    assert list(softhsm.folder.iterdir()) == []


def test_a_software_key_signs_what_the_file_holds(software: Device) -> None:
    software.make_csr("--thing-name", "pump-7", *software.key_options)

    key = load_pem_private_key((software.folder / "dev.key").read_bytes(), None)
    assert csr_of(software).public_key() == key.public_key()


def test_a_missing_openssl_is_named_with_its_package(software: Device, tmp_path: Path) -> None:
    done = software.make_csr("--thing-name", "pump-7", *software.key_options, PATH=str(tmp_path))

    assert done.returncode == 1
    assert "openssl is not installed here" in done.stderr


def test_the_csr_never_takes_the_place_of_the_key(software: Device) -> None:
    key = software.folder / "dev.key"
    software.make_csr("--thing-name", "pump-7", *software.key_options)
    before = key.read_bytes()

    done = software.make_csr("--thing-name", "pump-7", *software.key_options, "--out", "./dev.key", "--force")

    assert done.returncode == 2
    assert "would replace the key" in done.stderr
    assert key.read_bytes() == before


def test_a_wrong_place_for_the_csr_costs_no_key(software: Device) -> None:
    key = software.folder / "dev.key"
    software.make_csr("--thing-name", "pump-7", *software.key_options)
    before = key.read_bytes()

    done = software.make_csr(
        "--thing-name", "pump-7", *software.key_options, "--out", "nowhere/a.csr", "--force"
    )

    assert done.returncode == 2
    assert key.read_bytes() == before


def test_a_key_that_others_may_read_is_remarked_upon(software: Device) -> None:
    software.make_csr("--thing-name", "pump-7", *software.key_options)
    (software.folder / "dev.key").chmod(0o644)

    done = software.make_csr("--thing-name", "pump-7", *software.key_options)

    assert "others may read this key: chmod 600 dev.key" in done.stderr


@pytest.mark.parametrize(
    ("genpkey", "message"),
    [
        (("-aes128", "-pass", "pass:correct"), "the key file is encrypted"),
        (("-outform", "DER", "-out", "elsewhere"), "holds no private key (PEM)"),
    ],
)
def test_a_key_file_that_cannot_be_used_is_said_in_one_line(
    software: Device, genpkey: tuple[str, ...], message: str
) -> None:
    (software.folder / "dev.key").write_text("no key\n")
    key_file(software, "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", *genpkey)

    done = software.make_csr("--thing-name", "pump-7", *software.key_options)

    assert done.returncode == 1
    assert message in done.stderr.splitlines()[-1]
    assert "error:" not in done.stderr


def test_a_module_that_cannot_be_loaded_is_said(softhsm: Device) -> None:
    done = softhsm.make_csr("--thing-name", "pump-7", "--key", "pkcs11:token=a", "--module", "/nosuch.so")

    assert done.returncode == 1
    assert "module cannot be loaded: see --module" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_subject_of_other_scripts_is_kept(software: Device) -> None:
    software.make_csr("--subject", "/L=M\u00fcnchen/CN=pump-7", *software.key_options)

    assert csr_of(software).subject.rfc4514_string() == "CN=pump-7,L=M\u00fcnchen"


def test_a_terminal_of_few_characters_is_no_failure(software: Device) -> None:
    done = software.make_csr(
        "--subject", "/L=M\u00fcnchen/CN=pump-7", *software.key_options, PYTHONIOENCODING="ascii"
    )
    explained = software.make_csr("--help", PYTHONIOENCODING="ascii")

    assert (done.returncode, explained.returncode) == (0, 0)
    assert "L=M?nchen" in done.stdout
