"""Records to test with."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from records.claims import Answer, Claims
from records.record import IssuanceRecord, Source
from records.state import TOMBSTONES, State
from records.table import IssuanceRecords

TABLE = "issuance-records"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
RECORD = IssuanceRecord(
    certificate_id="1" * 64,
    thing_name="pump-1",
    subject="CN=pump-1,O=Works",
    serial="1f",
    public_key_hash="2" * 64,
    issuer="a" * 64,
    issued_at=NOON,
    not_before=NOON - timedelta(minutes=5),
    not_after=NOON + timedelta(days=365),
    certificate="-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
    request_digest="3" * 64,
)
SECOND = replace(RECORD, certificate_id="4" * 64, serial="20")
"""Another certificate for the same request."""
THIRD = replace(RECORD, certificate_id="5" * 64, serial="21")
IMPORTED = replace(RECORD, certificate_id="6" * 64, serial="22", request_digest=None, source=Source.IMPORTED)
"""A certificate that was signed elsewhere."""


def claims_of(records: IssuanceRecords) -> Claims:
    """Claims in the same table."""
    return Claims(records._client, TABLE)


def put_into(records: IssuanceRecords, state: State) -> None:
    """Add the record, and bring it into a state."""
    records.add(RECORD)
    if state in TOMBSTONES:
        records.move(RECORD.certificate_id, to=state, expected={State.ISSUED})
    if state in {State.ACTIVATING, State.REGISTERED}:
        assert claims_of(records).claim(RECORD, NOON) is Answer.GRANTED
    if state is State.REGISTERED:
        records.move(RECORD.certificate_id, to=state, expected={State.ACTIVATING})


def state_of(records: IssuanceRecords) -> State:
    """The state that the record is in now."""
    record = records.find(RECORD.certificate_id)
    assert record is not None
    return record.state
