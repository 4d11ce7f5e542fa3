"""A claim gives a certificate and its thing to one run: both or neither."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from records.claims import Answer, Claims, claimed
from records.record import InvalidRecord, IssuanceRecord
from records.state import ForbiddenMove, State
from records.table import IssuanceRecords
from tests.unit.records.examples import IMPORTED, NOON, RECORD, TABLE, claims_of, put_into, state_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ANOTHER = replace(RECORD, certificate_id="7" * 64, serial="23", request_digest="8" * 64)
"""A certificate for the same thing, of another request."""


@pytest.fixture
def claims(records: IssuanceRecords) -> Claims:
    """The code under test."""
    return claims_of(records)


def found(records: IssuanceRecords, record: IssuanceRecord) -> IssuanceRecord:
    """A record as it is now."""
    now = records.find(record.certificate_id)
    assert now is not None
    return now


def test_a_claim_is_given_once(records: IssuanceRecords, claims: Claims) -> None:
    records.add(RECORD)

    assert claims.claim(RECORD, NOON) is Answer.GRANTED
    assert claims.claim(RECORD, NOON + timedelta(seconds=1)) is Answer.RECORD_CHANGED
    assert state_of(records) is State.ACTIVATING


def test_a_claim_gives_the_thing_too(records: IssuanceRecords, claims: Claims) -> None:
    records.add(RECORD)
    records.add(ANOTHER)

    claims.claim(ANOTHER, NOON, holder=records.holder("pump-1"))

    assert records.holder("pump-1") == found(records, ANOTHER)


def test_a_record_is_as_the_claim_says(records: IssuanceRecords, claims: Claims) -> None:
    records.add(RECORD)

    claims.claim(RECORD, NOON, replaces=("9" * 64,))

    now = found(records, RECORD)
    assert replace(now, updated_at=None) == claimed(RECORD, NOON, replaces=("9" * 64,))


def test_a_claim_that_was_seen_can_be_taken_over_once(records: IssuanceRecords, claims: Claims) -> None:
    put_into(records, State.ACTIVATING)
    seen = found(records, RECORD)

    assert claims.claim(seen, NOON + timedelta(minutes=1)) is Answer.GRANTED
    assert claims.claim(seen, NOON + timedelta(minutes=2)) is Answer.RECORD_CHANGED


def test_what_a_certificate_replaces_is_not_forgotten_by_a_later_claim(
    records: IssuanceRecords, claims: Claims
) -> None:
    records.add(RECORD)
    claims.claim(RECORD, NOON, replaces=("9" * 64,))
    records.release(RECORD.certificate_id, NOON, "ThrottlingException")

    claims.claim(found(records, RECORD), NOON)

    assert found(records, RECORD).replaces == ("9" * 64,)


@pytest.mark.parametrize("state", sorted(set(State) - {State.ISSUED, State.ACTIVATING}))
def test_what_is_done_or_a_tombstone_cannot_be_claimed(
    records: IssuanceRecords, claims: Claims, state: State
) -> None:
    put_into(records, state)

    assert claims.claim(RECORD, NOON) is Answer.RECORD_CHANGED
    with pytest.raises(ForbiddenMove):
        claims.claim(replace(RECORD, state=state), NOON)


def test_a_thing_that_another_certificate_has_is_not_given_and_neither_is_the_certificate(
    records: IssuanceRecords, claims: Claims
) -> None:
    put_into(records, State.ACTIVATING)
    records.add(ANOTHER)

    assert claims.claim(ANOTHER, NOON) is Answer.THING_HELD
    assert found(records, ANOTHER) == ANOTHER


def test_a_thing_can_be_taken_from_the_holder_that_was_seen(records: IssuanceRecords, claims: Claims) -> None:
    put_into(records, State.REGISTERED)
    records.add(ANOTHER)
    holder = records.holder("pump-1")

    answer = claims.claim(ANOTHER, NOON, holder=holder, replaces=(RECORD.certificate_id,))

    assert answer is Answer.GRANTED
    assert records.holder("pump-1") == found(records, ANOTHER)
    assert found(records, ANOTHER).replaces == (RECORD.certificate_id,)


def test_a_thing_is_not_taken_from_a_holder_that_changed_since(
    records: IssuanceRecords, claims: Claims
) -> None:
    put_into(records, State.ACTIVATING)
    records.add(ANOTHER)
    seen = records.holder("pump-1")
    records.move(RECORD.certificate_id, to=State.REGISTERED, expected={State.ACTIVATING})

    assert claims.claim(ANOTHER, NOON, holder=seen) is Answer.THING_HELD
    assert found(records, ANOTHER).state is State.ISSUED


def test_a_thing_is_not_taken_from_who_has_it_no_more(records: IssuanceRecords, claims: Claims) -> None:
    put_into(records, State.REGISTERED)
    records.add(ANOTHER)
    seen = records.holder("pump-1")
    claims.claim(ANOTHER, NOON, holder=seen)
    third = replace(ANOTHER, certificate_id="9" * 64, request_digest="9" * 64)
    records.add(third)

    assert claims.claim(third, NOON, holder=seen) is Answer.THING_HELD


def test_a_claim_that_meets_another_under_way_is_to_be_looked_at_again(
    records: IssuanceRecords, claims: Claims, dynamodb: "DynamoDBClient"
) -> None:
    records.add(RECORD)
    reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
    answer: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}

    def collide(**_: Any) -> None:
        raise dynamodb.exceptions.TransactionCanceledException(answer, "TransactWriteItems")

    dynamodb.meta.events.register("before-call.dynamodb.TransactWriteItems", collide)

    assert claims.claim(RECORD, NOON) is Answer.RECORD_CHANGED


def test_a_claim_on_the_only_certificate_of_a_thing_is_one_write(
    records: IssuanceRecords, claims: Claims, dynamodb: "DynamoDBClient"
) -> None:
    records.add(RECORD)
    calls: list[str] = []
    dynamodb.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))

    answer, record = claims.claim_unread(RECORD.certificate_id, RECORD.issuer, NOON)

    assert answer is Answer.GRANTED
    assert calls == ["UpdateItem"]
    assert record == found(records, RECORD)
    assert record is not None
    assert (record.state, record.claimed_until) == (State.ACTIVATING, NOON)


@pytest.mark.parametrize("state", sorted(set(State) - {State.ISSUED}))
def test_what_cannot_be_claimed_unread_is_read_by_the_same_call(
    records: IssuanceRecords, claims: Claims, state: State
) -> None:
    put_into(records, state)

    answer, record = claims.claim_unread(RECORD.certificate_id, RECORD.issuer, NOON + timedelta(hours=1))

    assert answer is Answer.RECORD_CHANGED
    assert record == found(records, RECORD)
    assert state_of(records) is state


def test_a_claim_whose_answer_got_lost_is_known_again(records: IssuanceRecords, claims: Claims) -> None:
    records.add(RECORD)
    seen = found(records, RECORD)
    claims.claim_unread(RECORD.certificate_id, RECORD.issuer, NOON)

    again, record = claims.claim_unread(RECORD.certificate_id, RECORD.issuer, NOON)

    assert again is Answer.GRANTED
    assert record == found(records, RECORD)
    assert claims.claim(seen, NOON) is Answer.GRANTED


def test_nothing_is_claimed_for_another_authority(records: IssuanceRecords, claims: Claims) -> None:
    records.add(RECORD)

    answer, record = claims.claim_unread(RECORD.certificate_id, "b" * 64, NOON)

    assert (answer, record) == (Answer.RECORD_CHANGED, RECORD)
    assert state_of(records) is State.ISSUED


def test_a_certificate_without_a_record_cannot_be_claimed(records: IssuanceRecords, claims: Claims) -> None:
    assert claims.claim_unread("0" * 64, RECORD.issuer, NOON) == (Answer.RECORD_CHANGED, None)
    assert records.find("0" * 64) is None


@pytest.mark.parametrize("second", [ANOTHER, IMPORTED], ids=["issued", "imported"])
def test_once_a_second_certificate_is_recorded_neither_is_claimed_unread(
    records: IssuanceRecords, claims: Claims, second: IssuanceRecord
) -> None:
    records.add(RECORD)
    assert found(records, RECORD).only
    (records.import_ if second is IMPORTED else records.add)(second)

    for record in (RECORD, second):
        assert not found(records, record).only
        assert claims.claim_unread(record.certificate_id, record.issuer, NOON)[0] is Answer.RECORD_CHANGED


def test_a_claim_by_who_did_not_see_the_second_certificate_fails(
    records: IssuanceRecords, claims: Claims
) -> None:
    records.add(RECORD)
    seen = found(records, RECORD)
    records.add(ANOTHER)

    assert claims.claim(seen, NOON) is Answer.RECORD_CHANGED


def test_the_only_certificate_of_a_thing_is_claimed_by_one_of_two_that_read_it(
    records: IssuanceRecords, claims: Claims
) -> None:
    records.add(RECORD)
    seen = found(records, RECORD)

    assert claims.claim(seen, NOON) is Answer.GRANTED
    assert claims.claim(seen, NOON + timedelta(seconds=1)) is Answer.RECORD_CHANGED


def test_a_thing_that_points_to_nothing_is_an_error(
    records: IssuanceRecords, dynamodb: "DynamoDBClient"
) -> None:
    put_into(records, State.REGISTERED)
    dynamodb.delete_item(TableName=TABLE, Key={"id": {"S": RECORD.certificate_id}})

    with pytest.raises(InvalidRecord, match="no record"):
        records.holder("pump-1")
