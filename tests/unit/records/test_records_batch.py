"""Many records in one read."""

from typing import TYPE_CHECKING, Any

import pytest

from records.reading import UnansweredRead
from records.record import IssuanceRecord
from records.table import IssuanceRecords
from tests.unit.records.examples import RECORD, TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MISSING = "0" * 64


def leave_out(dynamodb: "DynamoDBClient", *, times: int) -> None:
    """Let DynamoDB read nothing of what the next batches ask for, as it may under load."""
    remaining = iter(range(times))

    def answer(http_response: Any, parsed: dict[str, Any], **_: Any) -> None:
        if next(remaining, None) is not None:
            parsed["Responses"] = {}
            parsed["UnprocessedKeys"] = {TABLE: {"Keys": [{"id": {"S": RECORD.certificate_id}}]}}

    dynamodb.meta.events.register("after-call.dynamodb.BatchGetItem", answer)


def test_those_that_are_there_are_found_by_certificate(records: IssuanceRecords) -> None:
    records.add(RECORD)

    found = records.find_items([RECORD.certificate_id, MISSING])

    assert {key: IssuanceRecord.from_item(item) for key, item in found.items()} == {
        RECORD.certificate_id: RECORD
    }


def test_nothing_is_asked_for_nothing(records: IssuanceRecords, dynamodb: "DynamoDBClient") -> None:
    leave_out(dynamodb, times=1)

    assert records.find_items([]) == {}


def test_what_dynamodb_leaves_out_is_asked_for_again(dynamodb: "DynamoDBClient") -> None:
    pauses: list[float] = []
    records = IssuanceRecords(dynamodb, TABLE, pause=pauses.append)
    records.add(RECORD)
    leave_out(dynamodb, times=2)

    assert set(records.find_items([RECORD.certificate_id])) == {RECORD.certificate_id}
    assert pauses == [0.05, 0.2]


def test_what_dynamodb_goes_on_leaving_out_is_an_error_not_a_missing_record(
    dynamodb: "DynamoDBClient",
) -> None:
    records = IssuanceRecords(dynamodb, TABLE, pause=lambda _seconds: None)
    records.add(RECORD)
    leave_out(dynamodb, times=4)

    with pytest.raises(UnansweredRead, match="1 of 1"):
        records.find_items([RECORD.certificate_id])
