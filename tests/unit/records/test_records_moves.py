"""A record goes from state to state by conditional writes, and never out of a tombstone."""

from datetime import timedelta

import pytest

from records.state import MOVES, TOMBSTONES, ForbiddenMove, State
from records.table import IssuanceRecords
from tests.unit.records.examples import NOON, RECORD, put_into, state_of


def test_a_move_tells_state_reason_and_time(records: IssuanceRecords) -> None:
    records.add(RECORD)

    moved = records.move(RECORD.certificate_id, to=State.REFUSED, expected={State.ISSUED}, reason="wrong_ca")

    found = records.find(RECORD.certificate_id)
    assert moved
    assert found is not None
    assert (found.state, found.reason) == (State.REFUSED, "wrong_ca")
    assert found.updated_at is not None


def test_a_move_from_a_state_that_was_not_expected_does_not_happen(records: IssuanceRecords) -> None:
    records.add(RECORD)

    assert not records.move(RECORD.certificate_id, to=State.REGISTERED, expected={State.ACTIVATING})
    assert state_of(records) is State.ISSUED


def test_a_move_of_a_record_that_is_not_there_makes_none(records: IssuanceRecords) -> None:
    assert not records.move("0" * 64, to=State.REVOKED, expected={State.ISSUED})
    assert records.find("0" * 64) is None


@pytest.mark.parametrize("tombstone", sorted(TOMBSTONES))
@pytest.mark.parametrize("to", sorted(set(State) - {State.ISSUED, State.ACTIVATING, State.REVOKED}))
def test_no_move_leads_out_of_a_tombstone(records: IssuanceRecords, tombstone: State, to: State) -> None:
    put_into(records, tombstone)
    expected = {state for state in State if to in MOVES[state]}

    assert not records.move(RECORD.certificate_id, to=to, expected=expected)
    assert state_of(records) is tombstone


@pytest.mark.parametrize("tombstone", sorted(TOMBSTONES - {State.REVOKED}))
def test_what_is_out_may_be_put_out_for_good(records: IssuanceRecords, tombstone: State) -> None:
    put_into(records, tombstone)

    assert records.move(RECORD.certificate_id, to=State.REVOKED, expected={tombstone})
    assert state_of(records) is State.REVOKED


@pytest.mark.parametrize("tombstone", sorted(TOMBSTONES))
def test_a_move_out_of_a_tombstone_cannot_even_be_asked_for(
    records: IssuanceRecords, tombstone: State
) -> None:
    with pytest.raises(ForbiddenMove, match=f"never goes from {tombstone} to registered"):
        records.move(RECORD.certificate_id, to=State.REGISTERED, expected={tombstone})


def test_a_move_must_say_from_where(records: IssuanceRecords) -> None:
    with pytest.raises(ForbiddenMove, match="must say from which states"):
        records.move(RECORD.certificate_id, to=State.REVOKED, expected=())


def test_activating_is_entered_by_a_claim_alone(records: IssuanceRecords) -> None:
    with pytest.raises(ForbiddenMove, match="by a claim"):
        records.move(RECORD.certificate_id, to=State.ACTIVATING, expected={State.ISSUED})


def test_issued_is_entered_by_giving_up_a_claim_alone(records: IssuanceRecords) -> None:
    with pytest.raises(ForbiddenMove, match="by giving up a claim"):
        records.move(RECORD.certificate_id, to=State.ISSUED, expected={State.ACTIVATING})


def test_a_registration_says_when_it_was(records: IssuanceRecords) -> None:
    put_into(records, State.REGISTERED)
    records.move(RECORD.certificate_id, to=State.REVOKED, expected={State.REGISTERED})

    found = records.find(RECORD.certificate_id)

    assert found is not None
    assert found.registered_at is not None


def test_a_claim_that_is_given_up_leaves_the_record_as_issued_with_the_reason(
    records: IssuanceRecords,
) -> None:
    put_into(records, State.ACTIVATING)

    assert records.release(RECORD.certificate_id, NOON, "ThrottlingException")

    found = records.find(RECORD.certificate_id)
    assert found is not None
    assert (found.state, found.claimed_until, found.reason) == (State.ISSUED, None, "ThrottlingException")


def test_nobody_gives_up_the_claim_of_another(records: IssuanceRecords) -> None:
    put_into(records, State.ACTIVATING)

    assert not records.release(RECORD.certificate_id, NOON + timedelta(seconds=1), "ThrottlingException")
    assert state_of(records) is State.ACTIVATING


@pytest.mark.parametrize("state", sorted(set(State) - {State.ACTIVATING}))
def test_no_release_leads_out_of_what_is_done(records: IssuanceRecords, state: State) -> None:
    put_into(records, state)

    assert not records.release(RECORD.certificate_id, NOON, "ThrottlingException")
    assert state_of(records) is state


def test_a_registration_ends_the_claim(records: IssuanceRecords) -> None:
    put_into(records, State.REGISTERED)

    found = records.find(RECORD.certificate_id)

    assert found is not None
    assert found.claimed_until is None


def test_a_tombstone_keeps_the_claim_that_stood(records: IssuanceRecords) -> None:
    put_into(records, State.ACTIVATING)

    records.move(RECORD.certificate_id, to=State.DEACTIVATED, expected={State.ACTIVATING})

    found = records.find(RECORD.certificate_id)
    assert found is not None
    assert found.claimed_until == NOON
