"""Claims: the sole right to set a certificate ACTIVE, together with the thing that it is for.

One write gives both or neither, so of two functions that work on a certificate, or on two certificates for
one thing, one goes on. The item `thing#<name>` points to the certificate that has the thing: at first the
one that was recorded first. As long as that is the only one, a claim is a change of its record alone; the
recording of a second takes the mark `only` from it, and from then on a claim is a transaction on both.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError

from records.changes import Condition, change, check
from records.items import thing_key
from records.record import IssuanceRecord, timestamp
from records.state import State, require_allowed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef, UpdateTypeDef

    from records.record import Item


UNCLAIMED = "attribute_not_exists(#claimed_until)"
ALONE = "attribute_exists(#only)"


class Answer(Enum):
    """What became of a claim."""

    GRANTED = auto()
    RECORD_CHANGED = auto()
    """The record is not as it was read."""
    THING_HELD = auto()
    """Another certificate has the thing, or its holder is not as it was read."""


class Claims:
    """Claims in the table of issuance records."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def claim(
        self,
        record: IssuanceRecord,
        until: datetime,
        *,
        holder: IssuanceRecord | None = None,
        replaces: Sequence[str] = (),
    ) -> Answer:
        """Take a certificate and its thing: the move to `activating`.

        It succeeds only when the record is still as it was read, so one run gets it. A claim whose run
        died can be taken over in the same way; the caller must not do so before it has lapsed.

        Args:
            record: as it was read; `issued` or `activating`.
            until: when the caller is surely dead, so that another may take over.
            holder: as it was read, the certificate that has the thing now, if it is to be taken from it.
            replaces: certificate ids to be switched off once this one is ACTIVE; kept on the record.

        Raises:
            ForbiddenMove: when the record's state never becomes `activating`.
            botocore's errors: nothing is half-written then, but it may be written.
        """
        if record.state is not State.ACTIVATING:
            require_allowed(State.ACTIVATING, {record.state})
        if record.only and holder is None:
            return Answer.GRANTED if self._claimed_alone(record, until) else Answer.RECORD_CHANGED
        items: list[TransactWriteItemTypeDef] = [
            {"Update": self._claimed(record, until, holder, replaces)},
            {"Update": self._pointed(record, holder)},
        ]
        if holder is not None:
            items.append({"ConditionCheck": check(self._table, holder.certificate_id, as_read(holder))})
        try:
            self._client.transact_write_items(TransactItems=items)
        except self._client.exceptions.TransactionCanceledException as cancelled:
            return _why(cancelled)
        return Answer.GRANTED

    def claim_unread(
        self, certificate_id: str, issuer: str, until: datetime
    ) -> tuple[Answer, IssuanceRecord | None]:
        """Claim a certificate without having read its record: one call reads and claims.

        It succeeds for one that is `issued`, by this authority, and the only one of its thing; every other
        needs a decision first.

        Args:
            certificate_id: of the record.
            issuer: certificate id of the authority.
            until: when the caller is surely dead.

        Returns:
            GRANTED and the record as it was claimed; or RECORD_CHANGED and the record as it is, None if none.

        Raises:
            InvalidRecord: when there is an item that is not a record.
        """
        issued = {":seen": State.ISSUED.value, ":issuer": issuer}
        condition = Condition(f"#state = :seen AND {UNCLAIMED} AND {ALONE} AND #issuer = :issuer", issued)
        update = change(self._table, certificate_id, _claim(until), condition)
        update["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        try:
            answer = self._client.update_item(**update, ReturnValues="ALL_NEW")
        except self._client.exceptions.ConditionalCheckFailedException as failed:
            item = _as_it_is(failed)
            record = IssuanceRecord.from_item(item) if item else None
            return Answer.GRANTED if _claimed_by(item, until) else Answer.RECORD_CHANGED, record
        return Answer.GRANTED, IssuanceRecord.from_item(answer["Attributes"])

    def _claimed_alone(self, record: IssuanceRecord, until: datetime) -> bool:
        """Claim a certificate that is the only one of its thing, which points to it already."""
        seen = as_read(record)
        condition = Condition(f"{seen.text} AND {ALONE}", seen.values)
        update = change(self._table, record.certificate_id, _claim(until), condition)
        update["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        try:
            self._client.update_item(**update)
        except self._client.exceptions.ConditionalCheckFailedException as failed:
            return _claimed_by(_as_it_is(failed), until)
        return True

    def _claimed(
        self, record: IssuanceRecord, until: datetime, holder: IssuanceRecord | None, replaces: Sequence[str]
    ) -> "UpdateTypeDef":
        changes = _claim(until)
        if replaces:
            changes["replaces"] = " ".join(replaces)
        if holder is not None:
            changes["former"] = holder.certificate_id
        return change(self._table, record.certificate_id, changes, as_read(record))

    def _pointed(self, record: IssuanceRecord, holder: IssuanceRecord | None) -> "UpdateTypeDef":
        key, mine = thing_key(record.thing_name), {"certificate_id": record.certificate_id}
        if holder is None:
            free = "attribute_not_exists(#certificate_id) OR #certificate_id = :certificate_id"
            return change(self._table, key, mine, Condition(free, {}))
        return change(
            self._table, key, mine, Condition("#certificate_id = :holder", {":holder": holder.certificate_id})
        )


def _as_it_is(failed: ClientError) -> "Item | None":
    return cast("Item | None", failed.response.get("Item"))


def _claimed_by(item: "Item | None", until: datetime) -> bool:
    """Tell whether an item bears this very claim: the SDK's first attempt made it, and its answer got lost.

    A claim is known by its deadline, which has microseconds; no other run has the same for the same record.
    """
    claim = {"state": {"S": State.ACTIVATING.value}, "claimed_until": {"S": timestamp(until)}}
    return item is not None and all(item.get(name) == value for name, value in claim.items())


def _claim(until: datetime) -> dict[str, str]:
    return {
        "state": State.ACTIVATING.value,
        "claimed_until": timestamp(until),
        "updated_at": timestamp(datetime.now(UTC)),
    }


def claimed(
    record: IssuanceRecord,
    until: datetime,
    holder: IssuanceRecord | None = None,
    replaces: Sequence[str] = (),
) -> IssuanceRecord:
    """Give a record as it is after a claim, with the same arguments, was granted."""
    return replace(
        record,
        state=State.ACTIVATING,
        claimed_until=until,
        former=holder.certificate_id if holder else record.former,
        replaces=tuple(replaces) or record.replaces,
    )


def as_read(record: IssuanceRecord) -> Condition:
    """Give the condition that a record is in the state, and under the claim, in which it was read."""
    seen = {":seen": record.state.value}
    if record.claimed_until is None:
        return Condition(f"#state = :seen AND {UNCLAIMED}", seen)
    return Condition(
        "#state = :seen AND #claimed_until = :seen_claim",
        seen | {":seen_claim": timestamp(record.claimed_until)},
    )


def _why(cancelled: ClientError) -> Answer:
    """Tell which of a claim's conditions failed; a collision with another transaction counts as a change."""
    reasons = cancelled.response.get("CancellationReasons", [])
    codes = [reason.get("Code") for reason in reasons]
    if not codes or codes[0] not in {None, "None"} or "ConditionalCheckFailed" not in codes:
        return Answer.RECORD_CHANGED
    return Answer.THING_HELD
