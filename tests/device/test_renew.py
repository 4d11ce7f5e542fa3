"""`renew`: a new certificate for the same key, proven before the present one is dropped."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import signal
import ssl
import subprocess
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.device.authority import A_YEAR, Authority, Validity, common_name, write_key
from tests.device.endpoints import (
    Behaviour,
    Listen,
    Seen,
    https_accept,
    https_busy,
    https_drop,
    https_forbid,
    https_silent,
    mqtt_accept,
)
from tests.device.held_key import SCRIPTS, SYSTEM_PYTHON, THING, Device, Enrol
from tests.device.requirements import need

QUICK = ["--first-wait", "0.01", "--attempts", "3"]


@pytest.fixture(autouse=True)
def _tools() -> None:
    need("curl", "openssl")


@pytest.fixture
def desk(fleet: Authority, tmp_path: Path) -> str:
    """A command of the operator's: CSR in, certificate of a year out; each signature is noted in `signed`."""
    key = write_key(tmp_path / "fleet.key", fleet.key)
    sign = (
        f"openssl x509 -req -in /dev/stdin -CA {fleet.file} -CAkey {key} -set_serial 0x$(openssl rand -hex 8)"
    )
    return f"echo once >> {tmp_path / 'signed'}; {sign} -days 365"


def certificate_in(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def kept_in(device: Device) -> list[Path]:
    return sorted(device.folder.glob("zymkey.2*.crt"))


def test_the_new_certificate_is_proven_and_then_takes_the_old_ones_place(
    device: Device, enrol: Enrol, endpoint: Listen, desk: str
) -> None:
    old = enrol(device)

    with endpoint(https_drop, https_accept) as listening:
        done = device.renew(*listening.options, *QUICK, "--sign-command", desk, *device.key_options)

    assert done.returncode == 0, done.stderr
    new = certificate_in(device.folder / "zymkey.crt")
    assert (new.public_key(), new.subject) == (old.public_key(), old.subject)
    assert new.not_valid_after_utc > old.not_valid_after_utc
    assert [seen.certificate for seen in listening.seen] == [der(new), der(new)]
    assert [certificate_in(file) for file in kept_in(device)] == [old]
    assert "expected the first time" in done.stdout.splitlines()[0]
    assert "zymkey.crt: renewed until" in done.stdout.splitlines()[-1]


def test_nothing_else_is_left_behind_and_everybody_may_read_certificates(
    zymkey: Device, enrol: Enrol, endpoint: Listen, desk: str
) -> None:
    enrol(zymkey)
    (zymkey.folder / "zymkey.csr").unlink()

    with endpoint(https_accept) as listening:
        zymkey.renew(*listening.options, "--sign-command", desk).check_returncode()

    files = sorted(zymkey.folder.iterdir())
    assert files == [*kept_in(zymkey), zymkey.folder / "zymkey.crt"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o644}


def test_over_an_air_gap_it_takes_two_steps(
    device: Device, enrol: Enrol, endpoint: Listen, fleet: Authority
) -> None:
    old = enrol(device)

    handed_out = device.renew("--csr-out", "renewal.csr", *device.key_options)
    new = fleet.sign(device.folder / "renewal.csr", device.folder / "renewal.crt", A_YEAR)
    with endpoint(https_drop, https_accept) as listening:
        taken_in = device.renew(
            *listening.options, *QUICK, "--certificate", "renewal.crt", *device.key_options
        )

    assert (handed_out.returncode, taken_in.returncode) == (0, 0), taken_in.stderr
    assert "when signed: renew --certificate" in handed_out.stdout
    assert certificate_in(device.folder / "zymkey.crt") == new
    assert [certificate_in(file) for file in kept_in(device)] == [old]


def test_the_present_subject_is_asked_for_again(zymkey: Device, fleet: Authority) -> None:
    zymkey.make_csr("--subject", r"/C=DE/L=Köln/O=a\/b \+ c/OU=x\\y/CN=pump-7").check_returncode()
    old = fleet.sign(zymkey.folder / "zymkey.csr", zymkey.folder / "zymkey.crt")

    zymkey.renew("--csr-out", "renewal.csr").check_returncode()

    request = x509.load_pem_x509_csr((zymkey.folder / "renewal.csr").read_bytes())
    assert request.subject.rfc4514_string() == old.subject.rfc4514_string()


def test_nothing_happens_while_there_is_time(zymkey: Device, enrol: Enrol) -> None:
    """No endpoint, no desk: it ends before either is asked."""
    enrol(zymkey)
    asked = ["--endpoint", "endpoint.invalid", "--sign-command", "false"]

    early = zymkey.renew(*asked, "--if-within", "12h")
    due = zymkey.renew(*asked, "--if-within", "2d")

    assert early.returncode == 0
    assert "23 hours left: nothing to do" in early.stdout
    assert due.returncode == 1


class Refusal(NamedTuple):
    """How the endpoint treats the new certificate, and what is said about it."""

    behaviour: Behaviour
    words: str


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal(https_drop, "jitr device replace pump-7"),
        Refusal(https_busy, "the present one may be off already"),
    ],
    ids=["dropped", "busy"],
)
def test_a_certificate_that_is_not_proven_waits_and_the_old_one_stays(
    zymkey: Device, enrol: Enrol, endpoint: Listen, desk: str, refusal: Refusal
) -> None:
    old = enrol(zymkey)

    with endpoint(*[refusal.behaviour] * 3) as listening:
        done = zymkey.renew(*listening.options, *QUICK, "--sign-command", desk)

    assert done.returncode == 1
    assert refusal.words in done.stderr
    assert certificate_in(zymkey.folder / "zymkey.crt") == old
    assert kept_in(zymkey) == []
    assert der(certificate_in(zymkey.folder / "zymkey.new.crt")) == listening.seen[0].certificate


def test_the_one_that_waits_is_tried_again_instead_of_having_another_signed(
    zymkey: Device, enrol: Enrol, endpoint: Listen, desk: str, tmp_path: Path
) -> None:
    enrol(zymkey)

    with endpoint(https_drop, https_drop, https_drop, https_accept) as listening:
        at = [*listening.options, *QUICK, "--sign-command", desk]
        codes = [zymkey.renew(*at).returncode, zymkey.renew(*at).returncode]

    assert codes == [1, 0]
    assert (tmp_path / "signed").read_text() == "once\n"
    assert not (zymkey.folder / "zymkey.new.crt").exists()


def test_one_that_waits_is_left_when_another_is_asked_for(
    zymkey: Device, enrol: Enrol, endpoint: Listen, desk: str
) -> None:
    enrol(zymkey)

    with endpoint(https_drop, https_drop, https_drop, https_accept) as listening:
        at = [*listening.options, *QUICK, "--sign-command", desk]
        zymkey.renew(*at)
        waited = der(certificate_in(zymkey.folder / "zymkey.new.crt"))
        zymkey.renew(*at, "--anew")

    assert der(certificate_in(zymkey.folder / "zymkey.crt")) != waited


def test_one_that_aws_let_in_takes_the_old_one_s_place_though_its_message_was_refused(
    zymkey: Device, enrol: Enrol, endpoint: Listen, desk: str
) -> None:
    old = enrol(zymkey)

    with endpoint(https_drop, https_forbid) as listening:
        done = zymkey.renew(*listening.options, *QUICK, "--sign-command", desk)

    assert done.returncode == 0
    assert "let the new one in, but not its message" in done.stdout
    assert certificate_in(zymkey.folder / "zymkey.crt") != old


Signed = Callable[[Authority, x509.Certificate], x509.Certificate]


def of_another_key(fleet: Authority, old: x509.Certificate) -> x509.Certificate:
    return fleet.certificate(old.subject, ec.generate_private_key(ec.SECP256R1()).public_key(), valid=A_YEAR)


def of_the_same_key(valid: Validity, subject: str | None = None) -> Signed:
    """For `subject` (the same one)."""

    def signed(fleet: Authority, old: x509.Certificate) -> x509.Certificate:
        key = old.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        return fleet.certificate(common_name(subject) if subject else old.subject, key, valid=valid)

    return signed


class Unfit(NamedTuple):
    """A certificate that must not be used, and why."""

    signed: Signed
    words: str


@pytest.mark.parametrize(
    "unfit",
    [
        Unfit(of_another_key, "is for another key than the certificate in use"),
        Unfit(of_the_same_key(A_YEAR, "pump-8"), "is for pump-8, this device is pump-7"),
        Unfit(of_the_same_key(Validity(until=timedelta(hours=23))), "not later than the one in use"),
        Unfit(of_the_same_key(Validity(timedelta(days=-9), timedelta(hours=-1))), "ended at"),
        Unfit(of_the_same_key(Validity(timedelta(hours=1), timedelta(days=9))), "see the clock"),
        Unfit(lambda fleet, old: old, "is the very certificate that is in use"),
    ],
    ids=["another-key", "another-thing", "shorter", "ended", "not-yet", "itself"],
)
def test_a_certificate_that_does_not_fit_is_not_even_tried(
    zymkey: Device, enrol: Enrol, endpoint: Listen, fleet: Authority, unfit: Unfit
) -> None:
    old = enrol(zymkey)
    pem = unfit.signed(fleet, old).public_bytes(serialization.Encoding.PEM)
    (zymkey.folder / "given.crt").write_bytes(pem)

    with endpoint(https_accept) as listening:
        by_hand = zymkey.renew(*listening.options, "--certificate", "given.crt")
        by_desk = zymkey.renew(*listening.options, "--sign-command", "cat given.crt")

    assert (by_hand.returncode, by_desk.returncode) == (1, 1)
    assert unfit.words in by_hand.stderr
    assert unfit.words in by_desk.stderr
    assert listening.seen == []
    assert sorted(file.name for file in zymkey.folder.glob("zymkey.*")) == ["zymkey.crt", "zymkey.csr"]
    assert certificate_in(zymkey.folder / "zymkey.crt") == old


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--sign-command", "echo lost the way >&2; exit 3"], 1, "--sign-command ended with 3"),
        (["--sign-command", "echo hello"], 1, "gave no certificate"),
        (["--certificate", "nosuch.crt"], 1, "cannot be read"),
        (["--certificate", "zymkey.csr"], 1, "holds no certificate"),
        (["--cert", "nosuch.crt", "--csr-out", "a.csr"], 1, "cannot be read"),
        (["--csr-out", "zymkey.crt"], 2, "exists and is no CSR"),
        (["--csr-out", "nowhere/a.csr"], 2, "no such folder"),
        (["--sign-command", "cat", "--certificate", "a.crt"], 2, "not allowed with"),
        (["--sign-command", "cat", "--if-within", "30"], 2, "30d, 12h, 90m"),
        ([], 2, "one of the arguments"),
    ],
)
def test_bad_input_is_refused_in_words(
    zymkey: Device, enrol: Enrol, options: list[str], code: int, words: str
) -> None:
    old = enrol(zymkey)

    done = zymkey.renew("--endpoint", "localhost", *options)

    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert certificate_in(zymkey.folder / "zymkey.crt") == old


@pytest.mark.parametrize("way", ["--csr-out", "--sign-command"])
def test_with_another_key_than_the_certificates_nothing_is_signed(
    zymkey: Device, enrol: Enrol, desk: str, tmp_path: Path, way: str
) -> None:
    enrol(zymkey)
    other = write_key(tmp_path / "other.pem", ec.generate_private_key(ec.SECP256R1()))
    options = [way, "renewal.csr" if way == "--csr-out" else desk, "--endpoint", "localhost"]

    done = zymkey.renew(*options, ZYMKEY_TEST_KEY=str(other))

    assert done.returncode == 1
    assert "is another than that of zymkey.crt: see --key" in done.stderr
    assert not (tmp_path / "signed").exists()
    assert not (zymkey.folder / "renewal.csr").exists()


def test_without_an_endpoint_nothing_is_signed(
    zymkey: Device, enrol: Enrol, desk: str, tmp_path: Path
) -> None:
    enrol(zymkey)

    done = zymkey.renew("--sign-command", desk)

    assert done.returncode == 2
    assert "--endpoint is missing" in done.stderr
    assert not (tmp_path / "signed").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_in_the_proof_it_leaves_the_old_one_in_use(
    zymkey: Device, enrol: Enrol, endpoint: Listen, desk: str, number: signal.Signals
) -> None:
    old = enrol(zymkey)
    arrived = threading.Event()

    def silent(connection: ssl.SSLSocket, seen: Seen) -> None:
        arrived.set()
        https_silent(connection, seen)

    with endpoint(silent) as listening:
        command = [SYSTEM_PYTHON, str(SCRIPTS / "renew"), *listening.options, "--sign-command", desk]
        with subprocess.Popen(command, cwd=zymkey.folder, env=zymkey.environment) as renewing:
            assert arrived.wait(30)
            renewing.send_signal(number)

    assert renewing.returncode == 130
    assert certificate_in(zymkey.folder / "zymkey.crt") == old
    assert kept_in(zymkey) == []


def test_a_link_to_the_certificate_stays_one(
    zymkey: Device, enrol: Enrol, endpoint: Listen, desk: str
) -> None:
    enrol(zymkey)
    (zymkey.folder / "etc").mkdir()
    (zymkey.folder / "zymkey.crt").rename(zymkey.folder / "etc" / "device.crt")
    (zymkey.folder / "zymkey.crt").symlink_to("etc/device.crt")

    with endpoint(https_accept) as listening:
        zymkey.renew(*listening.options, "--sign-command", desk).check_returncode()

    assert (zymkey.folder / "zymkey.crt").is_symlink()
    assert der(certificate_in(zymkey.folder / "etc" / "device.crt")) == listening.seen[0].certificate


def test_two_renewals_at_once_do_not_mix(zymkey: Device, enrol: Enrol) -> None:
    enrol(zymkey)
    folder = os.open(zymkey.folder, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)

    done = zymkey.renew("--endpoint", "localhost", "--sign-command", "cat")
    os.close(folder)

    assert done.returncode == 1
    assert "another renew is at work here" in done.stderr


def test_json_tells_both_certificates(zymkey: Device, enrol: Enrol, endpoint: Listen, desk: str) -> None:
    old = enrol(zymkey)

    with endpoint(https_drop, https_accept) as listening:
        done = zymkey.renew(*listening.options, *QUICK, "--sign-command", desk, "--json")

    told = json.loads(done.stdout)
    assert (told["outcome"], told["thing_name"]) == ("renewed", THING)
    assert told["former"]["certificate_id"] == hashlib.sha256(der(old)).hexdigest()
    assert told["new"]["certificate_id"] == hashlib.sha256(listening.seen[0].certificate or b"").hexdigest()
    assert told["kept"] == str(kept_in(zymkey)[0])
    assert [attempt["outcome"] for attempt in told["attempts"]] == ["dropped", "accepted"]


def test_over_mqtt_it_says_whom_it_throws_out(
    zymkey: Device, enrol: Enrol, endpoint: Listen, desk: str
) -> None:
    need("mosquitto-clients")
    enrol(zymkey)

    with endpoint(mqtt_accept) as listening:
        done = zymkey.renew(*listening.options, "--protocol", "mqtt", "--sign-command", desk)

    assert done.returncode == 0, done.stderr
    assert "throws a running connection of that client id out" in done.stderr.replace("\n", " ")
    assert listening.seen[0].client_id == THING
