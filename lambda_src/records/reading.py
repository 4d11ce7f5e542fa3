"""Reading the table of issuance records, always as it is at this moment (strongly consistent)."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from contract import RECORD_KEY, RECORDS_BY_ISSUER
from records.items import request_key, thing_key
from records.record import InvalidRecord, IssuanceRecord
from records.state import State

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, KeysAndAttributesTypeDef

    from records.record import Item

PAUSES = (0.05, 0.2, 0.8)
"""Seconds between tries, while DynamoDB is busy with the same items or too busy altogether."""

AT_ONCE = 100
"""Items that one BatchGetItem reads at most (DynamoDB API reference)."""

KEYS = 1000
"""Keys of one page of the index: some 200 kB."""


class UnansweredRead(Exception):  # noqa: N818  named for what happened
    """DynamoDB, under load, did not read all that it was asked for."""


class RecordReader:
    """The issuance records in one DynamoDB table, to be read.

    Every method may raise botocore's ClientError or a connection error.
    """

    def __init__(
        self, client: "DynamoDBClient", table: str, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._table = table
        self._pause = pause

    def find(self, certificate_id: str) -> IssuanceRecord | None:
        """Read the record of a certificate.

        Raises:
            InvalidRecord: when there is an item that is not a record.
        """
        item = self._get(certificate_id)
        return IssuanceRecord.from_item(item) if item else None

    def find_items(self, certificate_ids: Collection[str]) -> "Mapping[str, Item]":
        """Read the items of up to a hundred records in one call.

        Returns:
            By certificate id, the items as they are in the table, so that one that cannot be read spoils no
            other; those that have none are missing.

        Raises:
            UnansweredRead: when DynamoDB went on leaving some out.
        """
        found: dict[str, Item] = {}
        wanted: list[Mapping[str, AttributeValueTypeDef]] = [
            {RECORD_KEY: {"S": key}} for key in certificate_ids
        ]
        for pause in (0, *PAUSES):
            if not wanted:
                return found
            if pause:
                self._pause(pause)
            request: KeysAndAttributesTypeDef = {"Keys": wanted, "ConsistentRead": True}
            answer = self._client.batch_get_item(RequestItems={self._table: request})
            found |= {item[RECORD_KEY]["S"]: item for item in answer["Responses"].get(self._table, [])}
            left = answer.get("UnprocessedKeys", {}).get(self._table)
            wanted = list(left["Keys"]) if left else []
        if wanted:
            raise UnansweredRead(f"DynamoDB left out {len(wanted)} of {len(certificate_ids)} records.")
        return found

    def holder(self, thing_name: str) -> IssuanceRecord | None:
        """Read the record of the certificate that has a thing; None when none has.

        Raises:
            InvalidRecord: when the thing points to a record that is not there.
        """
        return self._pointed_to(thing_key(thing_name))

    def issued_for(self, request_digest: str) -> IssuanceRecord | None:
        """Read the record of the latest certificate that a signing request got, whatever its state.

        Raises:
            InvalidRecord: when the request points to a record that is not there.
        """
        return self._pointed_to(request_key(request_digest))

    def items_issued_for(self, request_digests: Collection[str]) -> "Mapping[str, Item]":
        """Read what `issued_for` reads, for up to a hundred requests in two calls.

        Returns:
            By digest, the items as they are in the table, so that one that cannot be read spoils no other
            (empty where a request points to a record that is not there); requests that got no certificate
            are missing.

        Raises:
            UnansweredRead: when DynamoDB went on leaving some out.
        """
        keys = {request_key(digest): digest for digest in request_digests}
        pointers = self.find_items(keys)
        pointed = {keys[key]: item["certificate_id"]["S"] for key, item in pointers.items()}
        items = self.find_items(set(pointed.values()))
        return {digest: items.get(certificate_id, {}) for digest, certificate_id in pointed.items()}

    def count(self, issuer: str, state: State | None = None) -> int:
        """Count the certificates of an authority, or those of them in one state.

        It reads every key of the authority's: about one read unit for forty certificates. What was written
        in the last moments may be missing, since an index is never strongly consistent.

        Args:
            issuer: certificate id of the authority.
            state: None counts all.
        """
        pages = self._client.get_paginator("query").paginate(**self._of_issuer(issuer, state), Select="COUNT")
        return sum(page["Count"] for page in pages)

    def keys(
        self, issuer: str, state: State | None = None, *, after: "Item | None" = None
    ) -> "tuple[Sequence[Item], Item | None]":
        """Read up to a thousand keys of an authority's records, by state and then by certificate id.

        What was written in the last moments may be missing, since an index is never strongly consistent.

        Args:
            issuer: certificate id of the authority.
            state: None for all.
            after: the key after which to begin.

        Returns:
            The keys (`id`, `issuer`, `state`), and the one after which there are more, if there may be.
        """
        start: dict[str, Any] = {"ExclusiveStartKey": after} if after else {}
        answer = self._client.query(**self._of_issuer(issuer, state), **start, Limit=KEYS)
        return answer["Items"], answer.get("LastEvaluatedKey")

    def _of_issuer(self, issuer: str, state: State | None) -> dict[str, Any]:
        names, values = {"#issuer": "issuer"}, {":issuer": {"S": issuer}}
        condition = "#issuer = :issuer"
        if state is not None:
            names["#state"], values[":state"] = "state", {"S": state.value}
            condition += " AND #state = :state"
        return {
            "TableName": self._table,
            "IndexName": RECORDS_BY_ISSUER,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }

    def _pointed_to(self, key: str) -> IssuanceRecord | None:
        pointer = self._get(key)
        if not pointer:
            return None
        certificate_id = pointer["certificate_id"]["S"]
        record = self.find(certificate_id)
        if record is None:
            raise InvalidRecord(f"{key} points to certificate {certificate_id}: no record.")
        return record

    def _get(self, key: str) -> "Item":
        answer = self._client.get_item(
            TableName=self._table, Key={RECORD_KEY: {"S": key}}, ConsistentRead=True
        )
        return answer.get("Item", {})
