"""An authority in files signs a lot: with every check of the single form, in one process or several."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from jitr.bulk.candidate import Candidate
from jitr.failure import FailureError
from jitr.lot.desk import FRESH_FOR, Authority, SigningDesk
from jitr.lot.outcome import Outcome, Refused, Signed, There
from jitr.lot.processes import CHUNK, Processes
from pki.identity import certificate_id, pem
from pki.leaf import AuthorityEnding
from pki.signed import BadSignature
from tests.unit.jitr.factory import CA, CA_KEY, NOW, OTHER_KEY, leaf
from tests.unit.jitr.lots import candidate, folder, lot
from tests.unit.pki import forging as forge

AUTHORITY = Authority(CA, CA_KEY, timedelta(days=30))
NAMELESS = Candidate("lot.csv: row 9", forge.request_pem(forge.common_name("no/slash")))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def desk(path: Path, clock: Clock | None = None, authority: Authority = AUTHORITY) -> SigningDesk:
    return SigningDesk(authority, folder(path), clock or Clock())


def leaf_in(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def test_a_request_gets_its_certificate(tmp_path: Path) -> None:
    outcome = desk(tmp_path).sign(candidate("pump-1"))

    leaf = leaf_in(tmp_path / "pump-1.crt")
    assert outcome == Signed("lot.csv: pump-1", "pump-1", certificate_id(leaf), str(tmp_path / "pump-1.crt"))
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc == timedelta(days=30, minutes=5)


def test_every_certificate_verifies_and_has_a_number_of_its_own(tmp_path: Path) -> None:
    desk(tmp_path).run(lot(20), lambda _outcome: None)

    (tmp_path / "ca.pem").write_text(pem(CA))
    certificates = sorted(tmp_path.glob("pump-*.crt"))
    verified = subprocess.run(
        ["openssl", "verify", "-x509_strict", "-CAfile", tmp_path / "ca.pem", *certificates],
        check=True,
        capture_output=True,
        text=True,
    )
    assert verified.stdout.count(": OK\n") == 20
    assert len({leaf_in(file).serial_number for file in certificates}) == 20


def test_a_bad_request_is_refused_with_its_reason_and_what_to_do(tmp_path: Path) -> None:
    outcome = desk(tmp_path).sign(NAMELESS)

    assert isinstance(outcome, Refused)
    assert (outcome.place, outcome.reason) == ("lot.csv: row 9", "bad_thing_name")
    assert "make_csr --thing-name" in outcome.message


def test_what_is_signed_already_is_not_signed_again(tmp_path: Path) -> None:
    desk(tmp_path).sign(candidate())
    before = (tmp_path / "pump-1.crt").read_bytes()

    outcome = desk(tmp_path).sign(candidate())

    assert isinstance(outcome, There)
    assert (tmp_path / "pump-1.crt").read_bytes() == before


def test_two_devices_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    first, second = (desk(tmp_path).sign(each) for each in (candidate(), candidate(key=OTHER_KEY)))

    assert isinstance(first, Signed)
    assert isinstance(second, Refused)
    assert second.reason == "in_the_way"


def test_a_key_that_is_not_the_authority_s_is_noticed_at_once(tmp_path: Path) -> None:
    wrong = Authority(CA, OTHER_KEY, timedelta(days=30))

    with pytest.raises(BadSignature):
        desk(tmp_path, authority=wrong).sign(candidate())
    assert list(tmp_path.iterdir()) == []


def test_dates_follow_the_clock_in_a_run_that_lasts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    form = SigningDesk.__init__.__globals__["LeafForm"]
    monkeypatch.setattr("jitr.lot.desk.LeafForm", lambda *known: made.append(known) or form(*known))
    clock = Clock()
    at = desk(tmp_path, clock)

    for number, clock.now in enumerate((0.0, FRESH_FOR / 2, FRESH_FOR, FRESH_FOR * 1.5)):
        at.sign(candidate(f"pump-{number}"))

    assert len(made) == 2


def test_a_folder_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "certs").write_text("a file")
    with pytest.raises(FailureError, match="cannot be written"):
        desk(tmp_path / "certs").sign(candidate())


@settings(max_examples=20, deadline=None)
@given(text=st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_nothing_that_a_file_may_hold_stops_a_lot(text: str) -> None:
    assert isinstance(desk(Path("nowhere")).sign(Candidate("file", text)), Refused)


class TestSeveralProcesses:
    """Two processes; each takes a while to start, so all of them are looked at in few tests."""

    def test_they_sign_what_one_signs(self, tmp_path: Path) -> None:
        requests = [*lot(2 * CHUNK + 5), NAMELESS]
        outcomes: list[Outcome] = []

        Processes(AUTHORITY, tmp_path, 2).run(requests, outcomes.append)

        assert [each.place for each in outcomes] == [each.place for each in requests]
        assert sum(isinstance(each, Signed) for each in outcomes) == 2 * CHUNK + 5
        assert isinstance(outcomes[-1], Refused)
        for file in tmp_path.glob("*.crt"):
            leaf_in(file).verify_directly_issued_by(CA)

    def test_what_stops_one_stops_all_and_is_raised(self, tmp_path: Path) -> None:
        (tmp_path / "certs").write_text("a file")
        with pytest.raises(FailureError, match="cannot be written"):
            Processes(AUTHORITY, tmp_path / "certs", 2).run(lot(3), lambda _outcome: None)

    def test_an_rsa_key_is_handed_over_too(self, tmp_path: Path) -> None:
        key = rsa.generate_private_key(65537, 2048)
        with pytest.raises(BadSignature):  # which it is not; that it signed is what matters
            Processes(Authority(CA, key, timedelta(days=1)), tmp_path, 2).run(lot(1), lambda _outcome: None)


def test_an_authority_at_its_end_signs_nothing(tmp_path: Path) -> None:
    ending = leaf(CA.subject, last=NOW + timedelta(hours=1))
    with pytest.raises(AuthorityEnding):
        desk(tmp_path, authority=Authority(ending, CA_KEY, timedelta(days=1))).sign(candidate())
