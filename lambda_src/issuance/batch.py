"""Many requests in one call: each gets its own answer, whatever becomes of the others."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from issuance.busy import busy_reason
from issuance.issue import Terms, issue_after
from issuance.issuer import Issuer
from pki.leaf import AuthorityEnding
from pki.request import DeviceRequest, RefusedRequest, read_request
from records.record import InvalidRecord, IssuanceRecord
from records.table import IssuanceRecords

if TYPE_CHECKING:
    from records.record import Item

Result = TypeVar("Result")
SIDE_BY_SIDE = 12
"""Requests that wait for KMS and DynamoDB at once; more would wait for the CPU."""


@dataclass(frozen=True)
class Refusal:
    """A request that gets no certificate: `reason` is a code, `message` says why."""

    reason: str
    message: str


@dataclass(frozen=True)
class Busy:
    """A request that got none this time: AWS had too much to do (`reason` is its code), or time ran out."""

    reason: str
    message: str


Answer = IssuanceRecord | Refusal | Busy


@dataclass(frozen=True)
class Batch:
    """Answers requests side by side in `pool`, and begins none when there is no `time_left`."""

    issuer: Issuer
    records: IssuanceRecords
    terms: Terms
    now: datetime
    pool: Executor
    time_left: Callable[[], bool]

    def answers(self, csrs: Sequence[str]) -> list[Answer]:
        """Answer each, in order.

        Raises:
            Exception: what is neither a fault of a request nor of the moment: the first, once all have ended.
        """
        requests = [_read(csr) for csr in csrs]  # not side by side: reading changes the process's warnings
        sound = {each.digest: each for each in requests if isinstance(each, DeviceRequest)}
        earlier = _unless_busy(lambda: self.records.items_issued_for(sound))
        if isinstance(earlier, Busy):
            return [each if isinstance(each, Refusal) else earlier for each in requests]
        futures = {digest: self.pool.submit(self._answer, sound[digest], earlier) for digest in sound}
        failures = [error for future in futures.values() if (error := future.exception())]
        if failures:
            raise failures[0]
        return [each if isinstance(each, Refusal) else futures[each.digest].result() for each in requests]

    def _answer(self, request: DeviceRequest, earlier: "Mapping[str, Item]") -> Answer:
        if not self.time_left():
            return Busy("out_of_time", "the function's time is nearly over; ask again")
        try:
            return _unless_busy(lambda: self._issued(request, earlier.get(request.digest)))
        except RefusedRequest as refusal:
            return Refusal(refusal.reason, str(refusal))
        except AuthorityEnding as ending:
            return Refusal("authority_ending", str(ending))
        except InvalidRecord as invalid:
            return Refusal("invalid_record", str(invalid))

    def _issued(self, request: DeviceRequest, earlier: "Item | None") -> IssuanceRecord:
        record = None if earlier is None else IssuanceRecord.from_item(earlier)
        return issue_after(
            request,
            earlier=record,
            issuer=self.issuer,
            records=self.records,
            terms=self.terms,
            now=self.now,
        )


def _read(csr: str) -> DeviceRequest | Refusal:
    try:
        return read_request(csr)
    except RefusedRequest as refusal:
        return Refusal(refusal.reason, str(refusal))


def _unless_busy(work: Callable[[], Result]) -> Result | Busy:
    try:
        return work()
    except Exception as error:
        reason = busy_reason(error)
        if reason is None:
            raise
        return Busy(reason, str(error))
