"""`doctor` on the device itself: programs, key holder, key, certificate."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.device.authority import Authority, Validity, write_key
from tests.device.examination import examined
from tests.device.held_key import THING, Device, Enrol, Token
from tests.device.requirements import need


@pytest.fixture(autouse=True)
def _tools() -> None:
    need("openssl", "curl", "mosquitto-clients")


def put_first(device: Device, tmp_path: Path, name: str, script: str) -> str:
    """A PATH on which the program `name` is this shell script."""
    folder = tmp_path / "first"
    folder.mkdir()
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    return f"{folder}:{device.environment['PATH']}"


def test_an_enrolled_device_has_all_that_it_needs(device: Device, enrol: Enrol, fleet: Authority) -> None:
    enrol(device)
    fleet.sign(device.folder / "zymkey.csr", device.folder / "zymkey.crt", Validity(until=timedelta(days=90)))

    seen = examined(device)

    assert seen.code == 0
    local = {name: verdict for name, verdict in seen.verdicts.items() if name not in ("key file",)}
    assert set(local.values()) == {"ok", "not_checked"}
    assert {name for name, verdict in local.items() if verdict == "not_checked"} == {
        *("name", "clock", "MQTT", "HTTPS", "ALPN")
    }
    assert "89 days left" in seen.words["validity"]


def test_people_read_one_line_a_check_and_what_to_do_below(zymkey: Device) -> None:
    done = zymkey.doctor("--engine", "nosuch")

    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert "failed       engine             nosuch is not in openssl's folder of engines" in lines
    assert lines[
        lines.index("failed       engine             nosuch is not in openssl's folder of engines") + 1
    ] == (f"{'':<32}-> install the package that brings nosuch.so")
    assert lines[-1].startswith("doctor: 15 checks: ")


def test_what_an_earlier_failure_makes_meaningless_is_not_checked_and_says_because_of_what(
    zymkey: Device, enrol: Enrol, tmp_path: Path
) -> None:
    enrol(zymkey)

    seen = examined(zymkey, OPENSSL_ENGINES=str(tmp_path))

    assert seen.code == 1
    assert "install libzymkeyssl" in seen.words["engine"]
    for later in ("key", "key type", "certificate's key"):
        assert seen.verdicts[later] == "not_checked"
        assert "because 'engine' failed" in seen.words[later]


def test_a_new_device_without_certificate_and_endpoint_has_failed_nothing(zymkey: Device) -> None:
    seen = examined(zymkey)

    assert seen.code == 0
    assert "zymkey.crt is not there yet: make_csr" in seen.words["certificate"]
    assert "no --endpoint was given" in seen.words["name"]


def test_a_certificate_that_was_named_must_be_there(zymkey: Device) -> None:
    seen = examined(zymkey, "--cert", "nosuch.crt")

    assert (seen.code, seen.verdicts["certificate"]) == (1, "failed")


@pytest.mark.parametrize("version", ["8.14.0", "8.14.1"])
def test_a_curl_that_breaks_engines_is_known(zymkey: Device, tmp_path: Path, version: str) -> None:
    path = put_first(zymkey, tmp_path, "curl", f"echo curl {version} libcurl/{version} OpenSSL/3.5.0")

    seen = examined(zymkey, PATH=path)

    assert seen.verdicts["curl"] == "warning"
    assert "8.15.0 or newer; until then use MQTT, or HTTPS on port 443" in seen.words["curl"]


def test_that_curl_is_no_trouble_for_a_key_in_a_file(software: Device, tmp_path: Path) -> None:
    path = put_first(software, tmp_path, "curl", "echo curl 8.14.1 libcurl/8.14.1 OpenSSL/3.5.0")

    assert examined(software, PATH=path).verdicts["curl"] == "ok"


def test_a_curl_without_openssl_knows_no_engines(zymkey: Device, tmp_path: Path) -> None:
    path = put_first(zymkey, tmp_path, "curl", "echo curl 8.5.0 libcurl/8.5.0 GnuTLS/3.8.3")

    seen = examined(zymkey, PATH=path)

    assert seen.verdicts["curl"] == "warning"
    assert "built without OpenSSL" in seen.words["curl"]


def test_openssl_4_has_no_engines(zymkey: Device, tmp_path: Path) -> None:
    path = put_first(zymkey, tmp_path, "openssl", "echo OpenSSL 4.0.0 14 Apr 2026")

    seen = examined(zymkey, PATH=path)

    assert (seen.code, seen.verdicts["openssl"]) == (1, "failed")
    assert "keep this device on OpenSSL 3" in seen.words["openssl"]
    assert "because 'openssl' failed" in seen.words["key"]


def test_missing_programs_are_named_with_their_packages(zymkey: Device, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "openssl").symlink_to("/usr/bin/openssl")

    seen = examined(zymkey, PATH=str(tmp_path / "bin"))

    assert seen.code == 0  # openssl alone publishes over HTTPS on port 443
    assert "apt install curl" in seen.words["curl"]
    assert "apt install mosquitto-clients" in seen.words["mosquitto_pub"]


def test_the_token_is_named_with_its_slot(softhsm: Device) -> None:
    seen = examined(softhsm)

    assert seen.verdicts["token"] == "ok"
    assert "'device' in slot " in seen.words["token"]


def test_a_token_that_is_not_there_is_told_beside_those_that_are(softhsm: Device) -> None:
    seen = examined(Device(softhsm.folder, softhsm.environment, ("--key", "pkcs11:token=another;object=a")))

    assert (seen.code, seen.verdicts["token"]) == (1, "failed")
    assert "no token 'another'; there are 'device'" in seen.words["token"]
    assert seen.verdicts["key"] == "not_checked"


def test_without_a_token_there_is_none(softhsm: Device, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    configuration = tmp_path / "empty.conf"
    configuration.write_text(f"directories.tokendir = {tmp_path / 'empty'}\nobjectstore.backend = file\n")

    seen = examined(softhsm, SOFTHSM2_CONF=str(configuration))

    assert "the module has no initialised token" in seen.words["token"]


def test_a_wrong_pin_is_told_and_remembered(softhsm: Device, token: Token) -> None:
    wrong = Device(softhsm.folder, softhsm.environment, ("--key", f"{token.uri};pin-value=0000"))

    first = examined(wrong)
    second = examined(wrong)

    assert (first.verdicts["token"], first.verdicts["key"]) == ("ok", "failed")
    assert "the token refused the PIN" in first.words["key"]
    assert "a wrong PIN was given" in second.words["token"]


def test_a_pin_that_others_may_learn_is_told(softhsm: Device, token: Token) -> None:
    pin_file = Path(softhsm.key_options[-1])
    in_the_uri = Device(softhsm.folder, softhsm.environment, ("--key", token.uri_with_pin))

    kept = examined(softhsm)
    pin_file.chmod(0o644)
    shared, shown = examined(softhsm), examined(in_the_uri)
    pin_file.unlink()
    gone = examined(softhsm)

    assert kept.verdicts["PIN"] == "ok"
    assert f"chmod 600 {pin_file}" in shared.words["PIN"]
    assert "a process list shows" in shown.words["PIN"]
    assert (gone.verdicts["PIN"], gone.verdicts["key"]) == ("failed", "not_checked")
    assert token.pin not in "".join([*shared.words.values(), *shown.words.values()])


@pytest.mark.parametrize("content", [None, "no module\n"], ids=["missing", "broken"])
def test_a_module_that_is_missing_or_broken_is_told(
    softhsm: Device, tmp_path: Path, content: str | None
) -> None:
    module = tmp_path / "module.so"
    if content:
        module.write_text(content)
    named = (*softhsm.key_options, "--module", str(module))

    seen = examined(Device(softhsm.folder, softhsm.environment, named))

    assert seen.code == 1
    assert seen.verdicts["token" if content else "module"] == "failed"
    assert str(module) in seen.words["token" if content else "module"]


@pytest.mark.parametrize(
    ("genpkey", "verdict", "words"),
    [
        (("RSA", "-pkeyopt", "rsa_keygen_bits:2048"), "failed", "RSA-2048: no Zymkey holds RSA"),
        (("EC", "-pkeyopt", "ec_paramgen_curve:P-384"), "warning", "a Zymkey has P-256 only"),
    ],
    ids=["RSA", "P-384"],
)
def test_a_key_that_no_hardware_holds_is_told_early(
    software: Device, genpkey: tuple[str, ...], verdict: str, words: str
) -> None:
    software.run("openssl", "genpkey", "-out", "dev.key", "-algorithm", *genpkey).check_returncode()

    seen = examined(software)

    assert seen.verdicts["key type"] == verdict
    assert words in seen.words["key type"]
    assert seen.code == (1 if verdict == "failed" else 0)


def test_a_key_in_a_file_is_for_development_only(software: Device, enrol: Enrol) -> None:
    enrol(software)

    kept = examined(software)
    (software.folder / "dev.key").chmod(0o644)
    shared = examined(software)

    assert "for development only" in kept.words["key file"]
    assert "chmod 600 dev.key" in shared.words["key file"]


def test_a_certificate_for_another_key_is_told(zymkey: Device, enrol: Enrol, tmp_path: Path) -> None:
    enrol(zymkey)
    other = write_key(tmp_path / "other.pem", ec.generate_private_key(ec.SECP256R1()))

    seen = examined(zymkey, ZYMKEY_TEST_KEY=str(other))

    assert (seen.code, seen.verdicts["certificate's key"]) == (1, "failed")


@pytest.mark.parametrize(
    ("valid", "verdict", "words"),
    [
        (Validity(timedelta(days=-9), timedelta(days=-1)), "failed", "ended at"),
        (Validity(timedelta(days=1), timedelta(days=9)), "failed", "see the clock"),
        (Validity(until=timedelta(days=9)), "warning", "renew gets a new one"),
    ],
    ids=["ended", "not-yet", "soon"],
)
def test_the_certificates_time_is_looked_at(
    zymkey: Device, fleet: Authority, valid: Validity, verdict: str, words: str
) -> None:
    zymkey.make_csr("--thing-name", THING).check_returncode()
    fleet.sign(zymkey.folder / "zymkey.csr", zymkey.folder / "zymkey.crt", valid)

    seen = examined(zymkey)

    assert seen.verdicts["validity"] == verdict
    assert words in seen.words["validity"]


def test_a_certificate_without_a_thing_is_remarked_upon(zymkey: Device, fleet: Authority) -> None:
    zymkey.make_csr()
    fleet.sign(zymkey.folder / "zymkey.csr", zymkey.folder / "zymkey.crt")

    assert "make_csr --thing-name" in examined(zymkey).words["certificate"]


def test_doctor_leaves_nothing_behind(zymkey: Device) -> None:
    examined(zymkey)

    assert list(zymkey.folder.iterdir()) == []
