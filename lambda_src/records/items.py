"""The items that a new record is written as: the record, and the pointer from its request."""

from typing import TYPE_CHECKING

from contract import RECORD_KEY
from records.record import IssuanceRecord, Source
from records.state import ForbiddenMove, State

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, PutTypeDef


def request_key(request_digest: str) -> str:
    """Give the key of the item that points from a signing request to the certificate it got."""
    return f"csr#{request_digest}"


def thing_key(thing_name: str) -> str:
    """Give the key of the item that points from a thing to the certificate that has it."""
    return f"thing#{thing_name}"


def require_start(record: IssuanceRecord, *sources: Source) -> None:
    """Check that a record may be written as a new one of these sources.

    Raises:
        ForbiddenMove: when it is in another state than `issued`, or of another source.
    """
    if record.state is not State.ISSUED:
        raise ForbiddenMove(f"A record starts as {State.ISSUED}, not as {record.state}.")
    if record.source not in sources:
        raise ForbiddenMove(f"A record of the source {record.source} is not written as {sources[0]}.")


def required_digest(record: IssuanceRecord) -> str:
    """Give the digest of the request, which every issued record has.

    Raises:
        ForbiddenMove: when the record was imported, and so has no request.
    """
    if record.request_digest is None:
        raise ForbiddenMove(f"The record {record.certificate_id} was imported: it has no request.")
    return record.request_digest


def new_record(table: str, record: IssuanceRecord) -> "PutTypeDef":
    """Write a record, unless the certificate has one."""
    return {
        "TableName": table,
        "Item": record.to_item(),
        "ConditionExpression": f"attribute_not_exists({RECORD_KEY})",
    }


def thing_pointer(table: str, record: IssuanceRecord) -> "PutTypeDef":
    """Write the pointer from a record's thing, if no certificate was ever recorded for that."""
    item: dict[str, AttributeValueTypeDef] = {
        RECORD_KEY: {"S": thing_key(record.thing_name)},
        "certificate_id": {"S": record.certificate_id},
    }
    free = f"attribute_not_exists({RECORD_KEY})"
    return {"TableName": table, "Item": item, "ConditionExpression": free}


def pointer(table: str, record: IssuanceRecord, instead_of: str | None) -> "PutTypeDef":
    """Write the pointer from a record's request, if it still points to `instead_of` (None: nowhere)."""
    item: dict[str, AttributeValueTypeDef] = {
        RECORD_KEY: {"S": request_key(required_digest(record))},
        "certificate_id": {"S": record.certificate_id},
    }
    if instead_of is None:
        free = f"attribute_not_exists({RECORD_KEY})"
        return {"TableName": table, "Item": item, "ConditionExpression": free}
    return {
        "TableName": table,
        "Item": item,
        "ConditionExpression": "certificate_id = :seen",
        "ExpressionAttributeValues": {":seen": {"S": instead_of}},
    }
