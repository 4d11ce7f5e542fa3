"""An import writes side by side, stops cleanly, and counts what it did."""

import threading
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from jitr.bulk.bad_ones import KEPT
from jitr.bulk.candidate import Candidate, Unreadable
from jitr.issued.importing import UNDER_WAY, WRITERS, Import
from jitr.issued.judge import Judge
from jitr.issued.tally import Tally
from jitr.output import printable
from pki.identity import pem
from records.record import IssuanceRecord
from tests.unit.jitr.factory import CA, FLEET, NOW, leaf_pem
from tests.unit.provisioning.examples import provisioner

BAD = Candidate("lot.pem:7", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
SOUND = [Candidate(f"lot.pem:{number}", leaf_pem(f"pump-{number}")) for number in range(100)]
REFUSAL = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "PutItem")


class Table:
    """DynamoDB as an import sees it: keeps ids; `fails_at` refuses from the n-th write on."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.ids: set[str] = set()
        self.writers: set[int] = set()
        self._fails_at = fails_at
        self._lock = threading.Lock()

    def import_(self, record: IssuanceRecord) -> bool:
        with self._lock:
            if self._fails_at is not None and len(self.ids) >= self._fails_at:
                raise REFUSAL
            self.writers.add(threading.get_ident())
            new = record.certificate_id not in self.ids
            self.ids.add(record.certificate_id)
            return new


def run(table: Table, candidates: Iterator[Candidate | Unreadable]) -> tuple[Tally, list[str]]:
    said: list[str] = []
    tally = Tally(said.append)
    Import(Judge([FLEET], provisioner(), NOW), table, tally).run(candidates, lambda: None)  # type: ignore[arg-type]  # fake
    return tally, said


def test_every_sound_certificate_is_recorded_and_counted() -> None:
    table = Table()
    tally, said = run(table, iter(SOUND))
    assert (tally.recorded, tally.there_already, tally.bad, said) == (100, 0, 0, [])
    assert tally.by_authority == {"fleet": 100}
    assert len(table.ids) == 100


def test_what_is_there_is_skipped_and_counted() -> None:
    table = Table()
    run(table, iter(SOUND[:60]))
    tally, _ = run(table, iter(SOUND))
    assert (tally.recorded, tally.there_already) == (40, 60)


def test_a_certificate_that_comes_twice_is_recorded_once() -> None:
    tally, _ = run(Table(), iter([SOUND[0], SOUND[0]]))
    assert (tally.recorded, tally.there_already) == (1, 1)


def test_a_bad_one_is_named_and_does_not_stop_the_rest() -> None:
    tally, said = run(Table(), iter([SOUND[0], BAD, Unreadable("lot.csv", "is gone"), SOUND[1]]))
    assert (tally.recorded, tally.bad) == (2, 2)
    assert said == [
        "lot.pem:7: cannot be read as an X.509 certificate (malformed)",
        "lot.csv: is gone (unreadable)",
    ]


def test_an_authority_s_own_certificate_is_counted_apart() -> None:
    tally, _ = run(Table(), iter([SOUND[0], Candidate("lot.pem:30", pem(CA))]))
    assert (tally.certificates, tally.authorities_own) == (1, 1)


def test_no_more_than_a_few_wait_to_be_written() -> None:
    gate = threading.Event()
    taken: list[int] = []

    class Slow(Table):
        def import_(self, record: IssuanceRecord) -> bool:
            gate.wait(30)
            return super().import_(record)

    def candidates() -> Iterator[Candidate]:
        for number, each in enumerate(SOUND):
            taken.append(number)
            if number == UNDER_WAY:
                gate.set()
            yield each

    assert len(SOUND) > UNDER_WAY
    table = Slow()
    run(table, candidates())
    assert len(table.ids) == len(taken) == len(SOUND)
    assert 1 < len(table.writers) <= WRITERS


def test_an_interrupt_finishes_what_was_begun_and_counts_it() -> None:
    table = Table()
    said: list[str] = []
    tally = Tally(said.append)

    def candidates() -> Iterator[Candidate]:
        yield from SOUND[:30]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Import(Judge([FLEET], provisioner(), NOW), table, tally).run(candidates(), lambda: None)  # type: ignore[arg-type]
    assert tally.recorded == len(table.ids)
    again, _ = run(table, iter(SOUND))
    assert again.recorded + again.there_already == len(SOUND)
    assert again.there_already == tally.recorded


def test_a_refusal_of_aws_ends_the_import_with_honest_numbers() -> None:
    table = Table(fails_at=10)
    tally = Tally(lambda _text: None)
    with pytest.raises(ClientError):
        Import(Judge([FLEET], provisioner(), NOW), table, tally).run(iter(SOUND), lambda: None)  # type: ignore[arg-type]
    assert tally.recorded == len(table.ids) == 10


def test_of_very_many_bad_ones_all_are_said_and_some_are_kept() -> None:
    tally, said = run(Table(), iter([BAD] * (KEPT + 1)))
    assert (tally.bad, len(said), len(tally.kept)) == (KEPT + 1, KEPT + 1, KEPT)


def test_nothing_that_a_terminal_obeys_is_said() -> None:
    assert printable("lot\x1b[2J\n.pem") == "lot?[2J?.pem"
