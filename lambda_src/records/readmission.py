"""An operator's own say: a certificate that is out may come in again, or may take a thing from another.

No event does either. The record goes to `issued`, and everything else is a registration as any other, with
its claim, its rule for the thing, its order. So a device that is let in again passes whatever the first time
asked of it, and what is `revoked` stays out.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from records.changes import change
from records.claims import as_read
from records.record import IssuanceRecord, timestamp
from records.state import ForbiddenMove, State

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CLOCK_SKEW = timedelta(minutes=1)
"""By how much an operator's clock may differ from those of the functions."""

READMISSIBLE = frozenset({State.ISSUED, State.REGISTERED, State.REFUSED, State.DEACTIVATED, State.REPLACED})
"""States from which a record may go to `issued` again. Not `activating`: a run may be at work."""


class RunAtWork(Exception):  # noqa: N818  named for what happens
    """A registration that held the claim when the certificate was switched off may still go on.

    Attributes:
        until: when it is surely dead.
    """

    def __init__(self, until: datetime) -> None:
        super().__init__(f"a registration of it may be under way until {until:%H:%M:%S} UTC; try again then")
        self.until = until


class Readmissions:
    """Readmissions in the table of issuance records.

    Every method may raise botocore's ClientError or a connection error.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def readmit(
        self, record: IssuanceRecord, reason: str, *, now: datetime, supersedes: str | None = None
    ) -> bool:
        """Let a certificate be registered, at its device's next connect or by a message about it.

        Args:
            record: as it was read.
            reason: kept on the record.
            now: with its zone.
            supersedes: certificate id of the one that it replaces once it is ACTIVE, whatever the
                environment's rule is; None leaves that to the rule.

        Returns:
            False when the record is not as it was read.

        Raises:
            ForbiddenMove: it is revoked, or being activated.
            RunAtWork: a run that was about to set it ACTIVE may not have ended yet.
        """
        if record.state not in READMISSIBLE:
            raise ForbiddenMove(f"A record never goes from {record.state} to {State.ISSUED} for an operator.")
        if record.claimed_until is not None and now <= record.claimed_until + CLOCK_SKEW:
            raise RunAtWork(record.claimed_until + CLOCK_SKEW)
        changes = {
            "state": State.ISSUED.value,
            "reason": reason,
            "updated_at": timestamp(datetime.now(UTC)),
        } | ({"supersedes": supersedes} if supersedes else {})
        # What a run that did not end was to replace stays: that may still be ACTIVE.
        gone = {"claimed_until", "supersedes"} - changes.keys()
        update = change(self._table, record.certificate_id, changes, as_read(record), sorted(gone))
        try:
            self._client.update_item(**update)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True
