"""The table of issuance records: read, add, and move from state to state, never overwriting anything.

Every write is conditional, so two functions that work on the same certificate cannot undo each other.
"""

import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from contract import RECORD_KEY, RECORDS_BY_ISSUER
from records.items import new_record, pointer, request_key, require_start, required_digest
from records.record import InvalidRecord, IssuanceRecord, Source, timestamp
from records.state import ForbiddenMove, State, require_allowed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


PAUSES = (0.05, 0.2, 0.8)
"""Seconds between tries to write, while another call's transaction on the same request is under way."""


class IssuanceRecords:
    """The issuance records in one DynamoDB table.

    Every method may raise botocore's ClientError or a connection error; nothing is half-written then.
    """

    def __init__(
        self, client: "DynamoDBClient", table: str, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._table = table
        self._pause = pause

    def find(self, certificate_id: str) -> IssuanceRecord | None:
        """Read the record of a certificate, as it is at this moment (strongly consistent).

        Raises:
            InvalidRecord: when there is an item that is not a record.
        """
        item = self._get(certificate_id)
        return IssuanceRecord.from_item(item) if item else None

    def issued_for(self, request_digest: str) -> IssuanceRecord | None:
        """Read the record of the latest certificate that a signing request got, whatever its state.

        Raises:
            InvalidRecord: when the request points to a record that is not there.
        """
        pointer = self._get(request_key(request_digest))
        if not pointer:
            return None
        certificate_id = pointer["certificate_id"]["S"]
        record = self.find(certificate_id)
        if record is None:
            raise InvalidRecord(
                f"Request {request_digest} points to certificate {certificate_id}: no record."
            )
        return record

    def add(self, record: IssuanceRecord, instead_of: str | None = None) -> IssuanceRecord:
        """Write a new record and the pointer from its request, both or neither.

        Args:
            record: a record in the state `issued`.
            instead_of: certificate id to which the request pointed when the caller looked; None for none.

        Returns:
            The record that the request points to now: this one, or, when another call for the same
            request was first, that call's record.

        Raises:
            ForbiddenMove: when the record starts in another state than `issued`, or was imported.
        """
        require_start(record, Source.ISSUED)
        for pause in PAUSES:
            try:
                return self._add(record, instead_of)
            except self._client.exceptions.TransactionCanceledException as cancelled:
                if not _collided(cancelled):
                    raise
            self._pause(pause)
        return self._add(record, instead_of)

    def import_(self, record: IssuanceRecord) -> bool:
        """Write the record of a certificate that was signed elsewhere, unless it has one.

        Returns:
            False when it has one, whatever its state: a tombstone stays.

        Raises:
            ForbiddenMove: when the record starts in another state than `issued`, or was not imported.
        """
        require_start(record, Source.IMPORTED)
        try:
            self._client.put_item(**new_record(self._table, record))
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def count(self, issuer: str, state: State | None = None) -> int:
        """Count the certificates of an authority, or those of them in one state.

        It reads every key of the authority's: about one read unit for forty certificates. What was written
        in the last moments may be missing, since an index is never strongly consistent.

        Args:
            issuer: certificate id of the authority.
            state: None counts all.
        """
        names, values = {"#issuer": "issuer"}, {":issuer": {"S": issuer}}
        condition = "#issuer = :issuer"
        if state is not None:
            names["#state"], values[":state"] = "state", {"S": state.value}
            condition += " AND #state = :state"
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=RECORDS_BY_ISSUER,
            Select="COUNT",
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )
        return sum(page["Count"] for page in pages)

    def claim(self, record: IssuanceRecord, until: datetime) -> bool:
        """Take the sole right to set a certificate ACTIVE: the move to `activating`.

        It succeeds only when the record is still as it was read, so one run gets it. A claim whose run
        died can be taken over in the same way; the caller must not do so before it has lapsed.

        Args:
            record: as it was read; `issued` or `activating`.
            until: when the caller is surely dead, so that another may take over.

        Returns:
            False when the record changed since it was read.

        Raises:
            ForbiddenMove: when the record's state never becomes `activating`.
        """
        if record.state is not State.ACTIVATING:
            require_allowed(State.ACTIVATING, {record.state})
        unchanged, seen = "#state = :seen", {":seen": record.state.value}
        if record.claimed_until is not None:
            unchanged += " AND #claimed_until = :seen_claim"
            seen[":seen_claim"] = timestamp(record.claimed_until)
        return self._update(
            record.certificate_id,
            {"state": State.ACTIVATING.value, "claimed_until": timestamp(until)},
            condition=unchanged,
            condition_values=seen,
        )

    def move(
        self, certificate_id: str, *, to: State, expected: Collection[State], reason: str | None = None
    ) -> bool:
        """Move a record to another state, if it is in one of the expected ones.

        Returns:
            False when there is no such record, or it is in a state that was not expected.

        Raises:
            ForbiddenMove: when a record never makes such a move; `activating` is entered by `claim` alone.
        """
        require_allowed(to, expected)
        if to is State.ACTIVATING:
            raise ForbiddenMove(f"A record becomes {to} by a claim, which says until when it stands.")
        values = {f":expected{number}": state.value for number, state in enumerate(sorted(expected))}
        return self._update(
            certificate_id,
            {"state": to.value} | ({"reason": reason} if reason else {}),
            # Kept on a tombstone: it tells that a run was about to set the certificate ACTIVE.
            removed="claimed_until" if to is State.REGISTERED else None,
            condition=f"#state IN ({', '.join(values)})",
            condition_values=values,
        )

    def _add(self, record: IssuanceRecord, instead_of: str | None) -> IssuanceRecord:
        try:
            self._client.transact_write_items(
                TransactItems=[
                    {"Put": new_record(self._table, record)},
                    {"Put": pointer(self._table, record, instead_of)},
                ]
            )
        except self._client.exceptions.TransactionCanceledException:
            winner = self.issued_for(required_digest(record))
            if winner is None or winner.certificate_id == instead_of:
                raise
            return winner
        return record

    def _get(self, key: str) -> "dict[str, AttributeValueTypeDef]":
        answer = self._client.get_item(
            TableName=self._table, Key={RECORD_KEY: {"S": key}}, ConsistentRead=True
        )
        return answer.get("Item", {})

    def _update(
        self,
        certificate_id: str,
        changes: dict[str, str],
        *,
        condition: str,
        condition_values: dict[str, str],
        removed: str | None = None,
    ) -> bool:
        """Set attributes (and remove one) if the condition holds; say whether it did."""
        changes = {**changes, "updated_at": timestamp(datetime.now(UTC))}
        values = {f":{name}": value for name, value in changes.items()} | condition_values
        try:
            self._client.update_item(
                TableName=self._table,
                Key={RECORD_KEY: {"S": certificate_id}},
                UpdateExpression="SET "
                + ", ".join(f"#{name} = :{name}" for name in changes)
                + (f" REMOVE {removed}" if removed else ""),
                ConditionExpression=condition,
                # `state` is a reserved word in DynamoDB's expressions, so names are never written plainly.
                ExpressionAttributeNames={f"#{name}": name for name in changes},
                ExpressionAttributeValues={name: {"S": value} for name, value in values.items()},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _collided(cancelled: ClientError) -> bool:
    """Tell whether another transaction was under way; the SDK does not try such a call again by itself."""
    reasons = cancelled.response.get("CancellationReasons", [])
    return any(reason.get("Code") == "TransactionConflict" for reason in reasons)
