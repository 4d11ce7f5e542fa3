"""Give certificates their records: checked one by one, written side by side."""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from adoption.unfit import UnfitCertificate
from jitr.bulk.candidate import Candidate, Unreadable
from jitr.environment_authorities import DeployedAuthority
from jitr.issued.decoding import certificate_der
from jitr.issued.judge import Judge
from jitr.issued.tally import Tally
from records.record import IssuanceRecord
from records.table import IssuanceRecords

WRITERS = 16
UNDER_WAY = 4 * WRITERS
"""Records that wait to be written, at most: memory does not grow with the input."""


class Import:
    """One import. Every record is written whole or not at all, so it can be stopped and run again."""

    def __init__(self, judge: Judge, records: IssuanceRecords, tally: Tally) -> None:
        self._judge = judge
        self._records = records
        self._tally = tally
        self._under_way: deque[tuple[Future[bool], str]] = deque()

    def run(self, candidates: Iterable[Candidate | Unreadable], show: Callable[[], None]) -> None:
        """Check and record every candidate; `show` is called after each.

        What was begun is finished, and counted, when it is interrupted or AWS refuses a call.

        Raises:
            botocore.exceptions.ClientError: AWS refused a call.
        """
        with ThreadPoolExecutor(WRITERS) as writers:
            try:
                for candidate in candidates:
                    self._take(candidate, writers)
                    show()
                self._settle(leave=0)
            except BaseException:
                writers.shutdown(cancel_futures=True)
                self._count_done()
                raise
        show()

    def _take(self, candidate: Candidate | Unreadable, writers: ThreadPoolExecutor) -> None:
        checked = self._checked(candidate)
        if checked is None:
            return
        record, authority = checked
        self._under_way.append((writers.submit(self._records.import_, record), authority.name))
        self._settle(leave=UNDER_WAY)

    def _checked(self, candidate: Candidate | Unreadable) -> tuple[IssuanceRecord, DeployedAuthority] | None:
        if isinstance(candidate, Unreadable):
            self._tally.refuse(candidate.place, "unreadable", candidate.message)
            return None
        try:
            checked = self._judge.record(certificate_der(candidate.text))
        except UnfitCertificate as unfit:
            self._tally.refuse(candidate.place, unfit.reason, str(unfit))
            return None
        if checked is None:
            self._tally.authorities_own += 1
        return checked

    def _settle(self, *, leave: int) -> None:
        """Wait for the oldest writes until no more than `leave` are under way."""
        while len(self._under_way) > leave:
            written, authority = self._under_way[0]
            self._tally.settle(authority, new=written.result())
            self._under_way.popleft()

    def _count_done(self) -> None:
        for written, authority in self._under_way:
            if written.done() and not written.cancelled() and written.exception() is None:
                self._tally.settle(authority, new=written.result())
