"""The table of issuance records: nothing is overwritten, and one of two rivals wins."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from records.record import InvalidRecord
from records.state import ForbiddenMove, State
from records.table import IssuanceRecords
from tests.unit.records.examples import IMPORTED, RECORD, SECOND, TABLE, THIRD, put_into, state_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def test_a_record_that_was_added_is_found_by_certificate_and_by_request(records: IssuanceRecords) -> None:
    assert records.add(RECORD) == RECORD

    assert records.find(RECORD.certificate_id) == RECORD
    assert records.issued_for(RECORD.request_digest) == RECORD


def test_what_was_never_issued_is_not_found(records: IssuanceRecords) -> None:
    assert records.find("0" * 64) is None
    assert records.issued_for("0" * 64) is None


def test_the_second_of_two_calls_for_a_request_gets_the_record_of_the_first(records: IssuanceRecords) -> None:
    records.add(RECORD)

    assert records.add(SECOND) == RECORD
    assert records.find(SECOND.certificate_id) is None


def test_adding_a_record_again_gives_the_same_record(records: IssuanceRecords) -> None:
    records.add(RECORD)

    assert records.add(RECORD) == RECORD


def test_a_request_gets_a_new_certificate_instead_of_the_one_that_was_seen(records: IssuanceRecords) -> None:
    records.add(RECORD)

    assert records.add(SECOND, instead_of=RECORD.certificate_id) == SECOND
    assert records.issued_for(RECORD.request_digest) == SECOND
    assert records.find(RECORD.certificate_id) == RECORD


def test_of_two_calls_that_replace_the_same_certificate_one_wins(records: IssuanceRecords) -> None:
    records.add(RECORD)
    records.add(SECOND, instead_of=RECORD.certificate_id)

    assert records.add(THIRD, instead_of=RECORD.certificate_id) == SECOND
    assert records.find(THIRD.certificate_id) is None


def test_a_call_that_meets_another_under_way_gives_what_that_one_wrote(dynamodb: "DynamoDBClient") -> None:
    rival = IssuanceRecords(dynamodb, TABLE)
    collide(dynamodb, times=1)
    records = IssuanceRecords(dynamodb, TABLE, pause=lambda _seconds: rival.add(SECOND) and None)

    assert records.add(RECORD) == SECOND
    assert records.find(RECORD.certificate_id) is None


def test_a_call_that_meets_another_that_comes_to_nothing_writes_its_own(dynamodb: "DynamoDBClient") -> None:
    pauses: list[float] = []
    collide(dynamodb, times=3)

    assert IssuanceRecords(dynamodb, TABLE, pause=pauses.append).add(RECORD) == RECORD
    assert pauses == [0.05, 0.2, 0.8]


def test_a_call_that_goes_on_meeting_others_fails(dynamodb: "DynamoDBClient") -> None:
    pauses: list[float] = []
    collide(dynamodb, times=4)

    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        IssuanceRecords(dynamodb, TABLE, pause=pauses.append).add(RECORD)


def test_a_pointer_that_was_never_there_cannot_be_replaced(
    records: IssuanceRecords, dynamodb: "DynamoDBClient"
) -> None:
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        records.add(RECORD, instead_of=SECOND.certificate_id)

    assert records.find(RECORD.certificate_id) is None


def test_an_existing_record_is_never_overwritten(
    records: IssuanceRecords, dynamodb: "DynamoDBClient"
) -> None:
    put_into(records, State.REVOKED)

    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        records.add(replace(RECORD, request_digest="6" * 64))

    assert state_of(records) is State.REVOKED


def test_a_record_starts_as_issued(records: IssuanceRecords) -> None:
    with pytest.raises(ForbiddenMove, match="starts as issued, not as revoked"):
        records.add(replace(RECORD, state=State.REVOKED))


def test_reads_are_strongly_consistent(records: IssuanceRecords, dynamodb: "DynamoDBClient") -> None:
    consistent: list[bool] = []
    dynamodb.meta.events.register(
        "provide-client-params.dynamodb.GetItem",
        lambda params, **_: consistent.append(params["ConsistentRead"]),
    )
    records.add(RECORD)

    records.issued_for(RECORD.request_digest)

    assert consistent == [True, True]


def test_a_pointer_to_nothing_is_an_error(records: IssuanceRecords, dynamodb: "DynamoDBClient") -> None:
    records.add(RECORD)
    dynamodb.delete_item(TableName=TABLE, Key={"id": {"S": RECORD.certificate_id}})

    with pytest.raises(InvalidRecord, match="no record"):
        records.issued_for(RECORD.request_digest)


def collide(dynamodb: "DynamoDBClient", *, times: int) -> None:
    """Let the next transactions find that another one has their items in hand, as DynamoDB says it."""
    remaining = iter(range(times))
    reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
    answer: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}

    def refuse(**_: Any) -> None:
        if next(remaining, None) is not None:
            raise dynamodb.exceptions.TransactionCanceledException(answer, "TransactWriteItems")

    dynamodb.meta.events.register("before-call.dynamodb.TransactWriteItems", refuse)


def test_what_many_requests_got_is_read_at_once(records: IssuanceRecords) -> None:
    other = replace(IMPORTED, request_digest="7" * 64, source=RECORD.source, thing_name="pump-2")
    records.add(RECORD)
    records.add(other)

    found = records.items_issued_for({"3" * 64, "7" * 64, "0" * 64})

    assert {digest: item["id"]["S"] for digest, item in found.items()} == {
        "3" * 64: RECORD.certificate_id,
        "7" * 64: other.certificate_id,
    }


def test_a_request_that_points_to_no_record_spoils_no_other(
    dynamodb: "DynamoDBClient", records: IssuanceRecords
) -> None:
    records.add(RECORD)
    dynamodb.delete_item(TableName=TABLE, Key={"id": {"S": RECORD.certificate_id}})

    assert records.items_issued_for(["3" * 64]) == {"3" * 64: {}}


def test_no_requests_got_nothing_and_nothing_is_read(dynamodb: "DynamoDBClient") -> None:
    dynamodb.delete_table(TableName=TABLE)

    assert IssuanceRecords(dynamodb, TABLE).items_issued_for([]) == {}
