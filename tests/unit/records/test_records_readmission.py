"""A record that an operator takes back: as it was read, never from `revoked`, never under a run's hands."""

from dataclasses import replace
from datetime import timedelta

import pytest

from records.claims import Answer
from records.readmission import CLOCK_SKEW, READMISSIBLE, Readmissions, RunAtWork
from records.record import IssuanceRecord
from records.state import ForbiddenMove, State
from records.table import IssuanceRecords
from tests.unit.records.examples import NOON, RECORD, SECOND, TABLE, claims_of, put_into, state_of


def found(records: IssuanceRecords) -> IssuanceRecord:
    """The record as it is."""
    record = records.find(RECORD.certificate_id)
    assert record is not None
    return record


def readmissions(records: IssuanceRecords) -> Readmissions:
    """The code under test, on the same table."""
    return Readmissions(records._client, TABLE)


@pytest.mark.parametrize("state", sorted(READMISSIBLE))
def test_it_may_be_registered_again(records: IssuanceRecords, state: State) -> None:
    put_into(records, state)

    assert readmissions(records).readmit(found(records), "mended", now=NOON)

    back = found(records)
    assert (back.state, back.reason) == (State.ISSUED, "mended")
    assert claims_of(records).claim(back, NOON) is Answer.GRANTED


@pytest.mark.parametrize("state", [State.REVOKED, State.ACTIVATING])
def test_from_other_states_it_cannot_even_be_asked_for(records: IssuanceRecords, state: State) -> None:
    put_into(records, state)

    with pytest.raises(ForbiddenMove, match=f"never goes from {state} to issued"):
        readmissions(records).readmit(found(records), "mended", now=NOON)
    assert state_of(records) is state


def test_a_record_that_changed_meanwhile_stays_as_it_is(records: IssuanceRecords) -> None:
    put_into(records, State.DEACTIVATED)
    seen = found(records)
    records.move(RECORD.certificate_id, to=State.REVOKED, expected={State.DEACTIVATED})

    assert not readmissions(records).readmit(seen, "mended", now=NOON)
    assert state_of(records) is State.REVOKED


def test_a_record_that_is_not_there_is_not_made(records: IssuanceRecords) -> None:
    assert not readmissions(records).readmit(RECORD, "mended", now=NOON)
    assert records.find(RECORD.certificate_id) is None


def test_a_run_that_may_be_at_work_is_waited_for(records: IssuanceRecords) -> None:
    put_into(records, State.ACTIVATING)
    records.move(RECORD.certificate_id, to=State.DEACTIVATED, expected={State.ACTIVATING})

    with pytest.raises(RunAtWork, match="try again then"):
        readmissions(records).readmit(found(records), "mended", now=NOON)

    later = NOON + CLOCK_SKEW + timedelta(seconds=1)
    assert readmissions(records).readmit(found(records), "mended", now=later)
    assert found(records).claimed_until is None


def test_it_remembers_whom_it_replaces_until_the_next_readmission(records: IssuanceRecords) -> None:
    put_into(records, State.REFUSED)

    readmissions(records).readmit(found(records), "named", now=NOON, supersedes=SECOND.certificate_id)
    named = found(records)
    readmissions(records).readmit(named, "mended", now=NOON)

    assert named.supersedes == SECOND.certificate_id
    assert found(records).supersedes is None


def test_what_it_has_replaced_is_nothing_to_it_when_it_comes_again(records: IssuanceRecords) -> None:
    about_to_replace(records)
    records.move(RECORD.certificate_id, to=State.REGISTERED, expected={State.ACTIVATING})

    readmissions(records).readmit(found(records), "mended", now=NOON)

    assert found(records).replaces == ()


def test_what_it_had_still_to_replace_is_not_forgotten(records: IssuanceRecords) -> None:
    about_to_replace(records)
    records.release(RECORD.certificate_id, NOON, "ThrottlingException")

    readmissions(records).readmit(found(records), "mended", now=NOON)

    assert found(records).replaces == (SECOND.certificate_id,)


def about_to_replace(records: IssuanceRecords) -> None:
    """Claim a certificate that is to replace another."""
    records.add(RECORD)
    records.add(replace(SECOND, request_digest="9" * 64))
    claims_of(records).claim(found(records), NOON, replaces=(SECOND.certificate_id,))
