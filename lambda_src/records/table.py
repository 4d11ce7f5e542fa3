"""The table of issuance records: read, add, and move from state to state, never overwriting anything.

Every write is conditional, so two functions that work on the same certificate cannot undo each other.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from contract import RECORD_KEY
from records.changes import Condition, change
from records.items import new_record, pointer, require_start, required_digest, thing_key, thing_pointer
from records.reading import PAUSES, RecordReader
from records.record import IssuanceRecord, Source, timestamp
from records.state import ForbiddenMove, State, require_allowed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef, UpdateTypeDef

THE_RECORD, THE_THING = 0, 1
"""Places of a new record and of its thing's pointer in the transaction that writes them."""


class IssuanceRecords(RecordReader):
    """The issuance records in one DynamoDB table.

    Every method may raise botocore's ClientError or a connection error; nothing is half-written then.
    """

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
        try:
            self._write_new(record, {"Put": pointer(self._table, record, instead_of)})
        except self._client.exceptions.TransactionCanceledException:
            winner = self.issued_for(required_digest(record))
            if winner is None or winner.certificate_id == instead_of:
                raise
            return winner
        return record

    def import_(self, record: IssuanceRecord) -> bool:
        """Write the record of a certificate that was signed elsewhere (imported, adopted), unless it has one.

        Returns:
            False when it has one, whatever its state: a tombstone stays.

        Raises:
            ForbiddenMove: when the record starts in another state than `issued`, or has a request.
        """
        require_start(record, Source.IMPORTED, Source.ADOPTED)
        try:
            self._write_new(record)
        except self._client.exceptions.TransactionCanceledException as cancelled:
            if not failed(cancelled, THE_RECORD):
                raise
            return False
        return True

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
        if to is State.ISSUED:
            raise ForbiddenMove(f"A record becomes {to} again by giving up a claim.")
        values = {f":expected{number}": state.value for number, state in enumerate(sorted(expected))}
        now = timestamp(datetime.now(UTC))
        changes = {"state": to.value, "updated_at": now} | ({"reason": reason} if reason else {})
        done = to is State.REGISTERED
        return self._change(
            certificate_id,
            changes | ({"registered_at": now} if done else {}),
            # Kept on a tombstone: they tell that a run was about to set it ACTIVE, and others off.
            removed=("claimed_until", "reason", "replaces") if done else (),
            condition=Condition(f"#state IN ({', '.join(values)})", values),
        )

    def release(self, certificate_id: str, claimed_until: datetime, reason: str) -> bool:
        """Give a claim up, knowing that its run never set the certificate ACTIVE: back to `issued`.

        Args:
            certificate_id: of the record.
            claimed_until: as the claim was made; another run's claim is left alone.
            reason: why the run did not get further.

        Returns:
            False when the claim does not stand any more.
        """
        return self._change(
            certificate_id,
            {"state": State.ISSUED.value, "reason": reason, "updated_at": timestamp(datetime.now(UTC))},
            removed=("claimed_until",),
            condition=Condition(
                "#state = :claimed AND #claimed_until = :mine",
                {":claimed": State.ACTIVATING.value, ":mine": timestamp(claimed_until)},
            ),
        )

    def forget_claim(self, record: IssuanceRecord) -> bool:
        """Take a lapsed claim off a tombstone, once its certificate is surely off.

        Returns:
            False when the record is not as it was read.
        """
        if record.claimed_until is None:
            return False
        as_read = {":seen": record.state.value, ":lapsed": timestamp(record.claimed_until)}
        return self._change(
            record.certificate_id,
            {},
            removed=("claimed_until",),
            condition=Condition("#state = :seen AND #claimed_until = :lapsed", as_read),
        )

    def _write_new(self, record: IssuanceRecord, *others: "TransactWriteItemTypeDef") -> None:
        """Write a record and what goes with it, all or nothing, and note whether its thing has another.

        Raises:
            TransactionCanceledException: a condition failed: of the record, at THE_RECORD, or of the others.
        """
        alone: TransactWriteItemTypeDef = {"Put": new_record(self._table, replace(record, only=True))}
        first: TransactWriteItemTypeDef = {"Put": thing_pointer(self._table, record)}
        try:
            self._transact(alone, first, *others)
        except self._client.exceptions.TransactionCanceledException as cancelled:
            if failed(cancelled, THE_RECORD) or not failed(cancelled, THE_THING):
                raise
            beside: TransactWriteItemTypeDef = {"Put": new_record(self._table, replace(record, only=False))}
            self._transact(beside, {"Update": self._not_alone_any_more(record.thing_name)}, *others)

    def _not_alone_any_more(self, thing_name: str) -> "UpdateTypeDef":
        """Let the certificate that a thing points to know that there is another.

        Whichever was the only one, the thing still points to it: things are taken over by certificates that
        are not.
        """
        holder = self._get(thing_key(thing_name))["certificate_id"]["S"]
        there = Condition(f"attribute_exists(#{RECORD_KEY})", {})
        return change(self._table, holder, {}, there, removed=("only",))

    def _transact(self, *items: "TransactWriteItemTypeDef") -> None:
        """Write all or nothing; wait for other calls' transactions on the same items to end."""
        for pause in PAUSES:
            try:
                self._client.transact_write_items(TransactItems=items)
            except self._client.exceptions.TransactionCanceledException as cancelled:
                if not _collided(cancelled):
                    raise
            else:
                return
            self._pause(pause)
        self._client.transact_write_items(TransactItems=items)

    def _change(
        self,
        certificate_id: str,
        changes: Mapping[str, str],
        *,
        removed: Collection[str],
        condition: Condition,
    ) -> bool:
        """Change a record if a condition holds; say whether it did."""
        try:
            self._client.update_item(**change(self._table, certificate_id, changes, condition, removed))
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def failed(cancelled: ClientError, place: int) -> bool:
    """Tell whether the condition of one of a transaction's items, by its place, failed."""
    reasons = cancelled.response.get("CancellationReasons", [])
    return place < len(reasons) and reasons[place].get("Code") == "ConditionalCheckFailed"


def _collided(cancelled: ClientError) -> bool:
    """Tell whether another transaction was under way; the SDK does not try such a call again by itself."""
    reasons = cancelled.response.get("CancellationReasons", [])
    return any(reason.get("Code") == "TransactionConflict" for reason in reasons)
