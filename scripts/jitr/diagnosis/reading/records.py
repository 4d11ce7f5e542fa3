"""Issuance records: of the certificate, of the one that has its thing, and of the thing's others."""

from collections.abc import Callable, Collection

from jitr.diagnosis.part import Unread
from jitr.diagnosis.reading.reader import Reader
from records.reading import RecordReader
from records.record import InvalidRecord, IssuanceRecord

WHAT = "the issuance record"


def record(reader: Reader, table: str, certificate_id: str) -> IssuanceRecord | Unread | None:
    """Read the record of a certificate; None when it has none."""
    return _read(reader, lambda: RecordReader(reader.records, table).find(certificate_id))


def holder(reader: Reader, table: str, thing_name: str) -> IssuanceRecord | Unread | None:
    """Read the record of the certificate that has a thing; None when none was ever recorded for it."""
    return _read(reader, lambda: RecordReader(reader.records, table).holder(thing_name))


def several(reader: Reader, table: str, ids: Collection[str]) -> dict[str, IssuanceRecord] | Unread:
    """Read the records that some certificates have, by id; one that cannot be read is left out."""
    if not ids:
        return {}
    items = reader.attempt(WHAT, lambda: RecordReader(reader.records, table).find_items(ids))
    if isinstance(items, Unread):
        return items
    found = {}
    for id_, item in items.items():
        try:
            found[id_] = IssuanceRecord.from_item(item)
        except InvalidRecord:
            continue
    return found


def _read(reader: Reader, call: Callable[[], IssuanceRecord | None]) -> IssuanceRecord | Unread | None:
    try:
        return reader.attempt(WHAT, call)
    except InvalidRecord as invalid:
        return Unread(WHAT, str(invalid), broken=True)
