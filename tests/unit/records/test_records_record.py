"""A record is checked when it is made and when it is read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.record import PATTERNS, InvalidRecord, IssuanceRecord, Source
from records.state import State
from tests.unit.records.examples import IMPORTED, NOON, RECORD

times = st.datetimes(timezones=st.just(UTC) | st.just(timezone(timedelta(hours=-9, minutes=-30))))


@given(
    state=st.sampled_from(State),
    reason=st.none() | st.text(min_size=1),
    issued_at=times,
    claimed_until=times,
    subject=st.text(min_size=1),
)
def test_a_record_survives_the_table(**fields: Any) -> None:
    record = replace(RECORD, **fields)

    assert IssuanceRecord.from_item(record.to_item()) == record


def test_an_item_is_of_strings_under_the_names_of_the_fields() -> None:
    item = RECORD.to_item()

    assert item["id"] == {"S": RECORD.certificate_id}
    assert item["state"] == {"S": "issued"}
    assert item["issued_at"] == {"S": "2030-01-01T12:00:00.000000+00:00"}
    assert "reason" not in item


def test_attributes_that_this_version_does_not_know_are_ignored() -> None:
    assert IssuanceRecord.from_item(RECORD.to_item() | {"group": {"S": "pumps"}}) == RECORD


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("certificate_id", "1" * 63),
        ("certificate_id", "G" * 64),
        ("certificate_id", "1" * 64 + "\n"),
        ("thing_name", ""),
        ("thing_name", "pump 1"),
        ("thing_name", "p" * 129),
        ("thing_name", "$aws"),
        ("subject", ""),
        ("serial", "1F"),
        ("serial", "1" * 41),
        ("issuer", "my-ca"),
        ("public_key_hash", None),
        ("request_digest", ""),
        ("certificate", "-----BEGIN PRIVATE KEY-----\nAA==\n"),
        ("issued_at", datetime(2030, 1, 1)),  # noqa: DTZ001 a time without its zone is what is refused
        ("not_after", "2030-01-01T00:00:00Z"),
        ("claimed_until", "soon"),
    ],
)
def test_a_field_that_is_not_what_it_must_be_is_named(field: str, value: Any) -> None:
    with pytest.raises(InvalidRecord, match=field):
        replace(RECORD, **{field: value})


def test_a_record_that_is_activating_says_until_when() -> None:
    with pytest.raises(InvalidRecord, match="claimed_until is None"):
        replace(RECORD, state=State.ACTIVATING)


@pytest.mark.parametrize(
    "missing", sorted(({*PATTERNS, "id", "state", "not_after", "request_digest"}) - {"certificate_id"})
)
def test_an_item_without_one_of_its_fields_cannot_be_read(missing: str) -> None:
    item = RECORD.to_item()
    del item[missing]

    with pytest.raises(InvalidRecord, match=missing):
        IssuanceRecord.from_item(item)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", {"S": "lost"}),
        ("source", {"S": "found"}),
        ("serial", {"N": "31"}),
        ("not_before", {"S": "yesterday"}),
        ("updated_at", {"S": "2030-01-01T12:00:00"}),
        ("claimed_until", {"NULL": True}),
    ],
)
def test_an_item_with_another_value_cannot_be_read(name: str, value: Any) -> None:
    with pytest.raises(InvalidRecord, match=RECORD.certificate_id):
        IssuanceRecord.from_item(RECORD.to_item() | {name: value})


def test_an_error_shows_only_the_beginning_of_a_value() -> None:
    with pytest.raises(InvalidRecord) as invalid:
        replace(RECORD, thing_name="/" * 10_000, issued_at=NOON)

    assert len(str(invalid.value)) < 300


def test_an_imported_record_has_no_request_and_survives_the_table() -> None:
    item = IMPORTED.to_item()

    assert "request_digest" not in item
    assert IssuanceRecord.from_item(item) == IMPORTED


def test_an_imported_record_with_a_request_is_refused() -> None:
    with pytest.raises(InvalidRecord, match=r"request_digest is '3+', expected none"):
        replace(RECORD, source=Source.IMPORTED)


def test_an_item_from_before_there_were_imports_was_issued() -> None:
    item = RECORD.to_item()
    del item["source"]

    assert IssuanceRecord.from_item(item) == RECORD
