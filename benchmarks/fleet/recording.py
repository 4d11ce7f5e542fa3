"""Issuance records for certificates that were signed offline, written in batches.

`jitr` itself writes one conditional item after the other, since it must never overwrite a record; here the
certificates were made a moment ago and cannot have any, and two thousand are wanted within seconds.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from benchmarks.fleet.identity import Identity
from contract import Output
from jitr import deployed
from jitr.target import Target
from pki.identity import pem, public_key_hash
from records.items import thing_pointer
from records.record import IssuanceRecord, Source

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestTypeDef

BATCH = 12
"""Records at once, each with its thing's pointer: BatchWriteItem takes 25 items (DynamoDB API reference)."""
TRIES = 10


def record(target: Target, identities: Iterable[Identity], issuer: str) -> None:
    """Write a record for each identity, as `jitr issued import` would.

    Args:
        target: the deployed environment.
        identities: signed by `issuer`.
        issuer: certificate id of the authority.

    Raises:
        RuntimeError: DynamoDB left items unwritten, again and again.
    """
    table = deployed.output(target, Output.ISSUANCE_RECORDS)
    dynamodb = target.session.client("dynamodb")
    for batch in _batches(identities):
        records = [imported(identity, issuer) for identity in batch]
        items = [item for each in records for item in (each.to_item(), thing_pointer(table, each)["Item"])]
        _write(dynamodb, table, [{"PutRequest": {"Item": item}} for item in items])


def imported(identity: Identity, issuer: str) -> IssuanceRecord:
    """Give the record of a certificate that a factory signed, in the state `issued`."""
    certificate = identity.certificate
    return IssuanceRecord(
        certificate_id=identity.id,
        thing_name=identity.thing_name,
        subject=certificate.subject.rfc4514_string(),
        serial=f"{certificate.serial_number:x}",
        public_key_hash=public_key_hash(identity.key.public_key()),
        issuer=issuer,
        issued_at=certificate.not_valid_before_utc,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        certificate=pem(certificate),
        source=Source.IMPORTED,
        only=True,  # a fleet's names are all new
    )


def _write(dynamodb: "DynamoDBClient", table: str, requests: "Sequence[WriteRequestTypeDef]") -> None:
    for _ in range(TRIES):
        answer = dynamodb.batch_write_item(RequestItems={table: requests})
        # What DynamoDB gives back it also takes; the stubs have two types for it.
        requests = answer.get("UnprocessedItems", {}).get(table, [])  # type: ignore[assignment]
        if not requests:
            return
    raise RuntimeError(f"{table}: {len(requests)} items are still unwritten after {TRIES} tries")


def _batches(identities: Iterable[Identity]) -> Iterator[list[Identity]]:
    remaining = iter(identities)
    while batch := list(islice(remaining, BATCH)):
        yield batch
