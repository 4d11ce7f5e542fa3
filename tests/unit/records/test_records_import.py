"""Certificates that were signed elsewhere get records too, and nothing that is there is overwritten."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from records.record import Source
from records.state import ForbiddenMove, State
from records.table import IssuanceRecords
from tests.unit.records.examples import IMPORTED, NOON, RECORD, TABLE, claims_of, put_into, state_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def test_an_imported_record_is_found(records: IssuanceRecords) -> None:
    assert records.import_(IMPORTED)

    assert records.find(IMPORTED.certificate_id) == IMPORTED


def test_an_import_writes_the_record_and_its_thing_and_no_request(
    records: IssuanceRecords, dynamodb: "DynamoDBClient"
) -> None:
    records.import_(IMPORTED)

    keys = {item["id"]["S"] for item in dynamodb.scan(TableName=TABLE)["Items"]}
    assert keys == {IMPORTED.certificate_id, "thing#pump-1"}


def test_a_second_import_changes_nothing(records: IssuanceRecords) -> None:
    records.import_(IMPORTED)
    claims_of(records).claim(IMPORTED, NOON)

    assert not records.import_(IMPORTED)

    found = records.find(IMPORTED.certificate_id)
    assert found is not None
    assert found.state is State.ACTIVATING


@pytest.mark.parametrize("state", list(State))
def test_an_import_leaves_an_issued_record_as_it_is(records: IssuanceRecords, state: State) -> None:
    put_into(records, state)
    same = replace(IMPORTED, certificate_id=RECORD.certificate_id)

    assert not records.import_(same)
    assert state_of(records) is state


def test_only_what_was_imported_can_be_imported(records: IssuanceRecords) -> None:
    with pytest.raises(ForbiddenMove, match="of the source issued is not written as imported"):
        records.import_(RECORD)


def test_an_import_starts_as_issued(records: IssuanceRecords) -> None:
    with pytest.raises(ForbiddenMove, match="starts as issued, not as registered"):
        records.import_(replace(IMPORTED, state=State.REGISTERED))


def test_what_was_imported_is_not_added_as_issued(records: IssuanceRecords) -> None:
    with pytest.raises(ForbiddenMove, match="of the source imported is not written as issued"):
        records.add(IMPORTED)


def test_an_imported_record_is_activated_as_any_other(records: IssuanceRecords) -> None:
    records.import_(IMPORTED)

    assert claims_of(records).claim(IMPORTED, NOON)
    assert records.move(IMPORTED.certificate_id, to=State.REGISTERED, expected={State.ACTIVATING})


def test_an_authority_s_certificates_are_counted_by_state(records: IssuanceRecords) -> None:
    records.add(RECORD)
    records.import_(IMPORTED)
    records.import_(replace(IMPORTED, certificate_id="7" * 64, issuer="b" * 64))
    records.move(RECORD.certificate_id, to=State.REVOKED, expected={State.ISSUED})

    assert records.count(RECORD.issuer) == 2
    assert records.count(RECORD.issuer, State.ISSUED) == 1
    assert records.count(RECORD.issuer, State.REVOKED) == 1
    assert records.count("b" * 64) == 1


def test_an_authority_without_certificates_counts_none(records: IssuanceRecords) -> None:
    assert records.count("c" * 64) == 0


def test_counting_reads_every_page(dynamodb: "DynamoDBClient") -> None:
    """DynamoDB answers a megabyte at a time; here one key at a time."""
    records = IssuanceRecords(dynamodb, TABLE)
    for digit in "123":
        records.import_(replace(IMPORTED, certificate_id=digit * 64, source=Source.IMPORTED))
    dynamodb.meta.events.register(
        "provide-client-params.dynamodb.Query", lambda params, **_: params | {"Limit": 1}
    )

    assert records.count(IMPORTED.issuer) == 3
