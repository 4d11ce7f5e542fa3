"""Signing by the deployed authority: requests handed to the issuance function, many calls side by side."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from contract import MOST_REQUESTS
from jitr.bulk.candidate import Candidate
from jitr.deployed import IssuedCertificate
from jitr.failure import FailureError
from jitr.lot.again import Again, Later
from jitr.lot.certificate_folder import CertificateFolder
from jitr.lot.issuance_function import Answer, FunctionFailed, IssuanceFunction, NotIssued
from jitr.lot.outcome import Outcome, Refused, Signed, There
from jitr.lot.turns import Turns
from jitr.requests import said
from jitr.signing import FOR_ANOTHER_KEY, answers
from pki.refused import RefusedRequest
from pki.request import DeviceRequest, read_request

ENDING = "authority_ending"
FAILURES = 3
"""Times that a call without an answer is made again: a function that was killed is worth another try."""

Settle = Callable[[Outcome], None]


@dataclass(frozen=True)
class Asked:
    """A request, and the file that its certificate goes to."""

    candidate: Candidate
    request: DeviceRequest
    file: Path


class DeployedDesk:
    """Has one lot signed.

    The function's own records make it safe to ask again, now or in another run: the same request gets the
    same certificate. `turns` keep to KMS's quota, so that the lot is as fast as that and nobody is throttled;
    None where the key is not in KMS.
    """

    def __init__(
        self, function: IssuanceFunction, folder: CertificateFolder, turns: Turns | None, at_once: int
    ) -> None:
        self._function = function
        self._folder = folder
        self._turns = turns
        self._at_once = at_once
        self._most = min(MOST_REQUESTS, turns.lump) if turns else MOST_REQUESTS
        self._running: dict[Future[list[Answer]], list[Later[Asked]]] = {}
        self._again: Again[Asked] = Again()
        self._files: set[Path] = set()
        self._twice: list[Candidate] = []

    def run(self, candidates: Iterable[Candidate], settle: Settle) -> None:
        """Have every candidate signed; `settle` hears of each, in any order.

        Calls that are under way are waited for, and `settle` hears of them, when this is interrupted.

        Raises:
            FailureError: the function fails, its authority is at its end, or the folder cannot be written.
            botocore.exceptions.ClientError: AWS refused a call.
        """
        with ThreadPoolExecutor(self._at_once) as pool:
            try:
                self._run(pool, candidates, settle)
                while twice := self._twice:  # now that the others' certificates are there
                    self._twice = []
                    self._run(pool, twice, settle)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                self._settle_done(settle)
                raise

    def _run(self, pool: ThreadPoolExecutor, candidates: Iterable[Candidate], settle: Settle) -> None:
        new = self._checked(candidates, settle)
        while batch := self._batch(new, settle):
            if self._turns is not None:
                self._turns.wait(len(batch))
            csrs = [each.work.candidate.text for each in batch]
            self._running[pool.submit(self._function.ask, csrs)] = batch
            while len(self._running) >= self._at_once:
                self._settle(settle, None)

    def _batch(self, new: Iterator[Later[Asked]], settle: Settle) -> list[Later[Asked]]:
        """Take what is due again, then new ones; wait while there is nothing. Empty when all is settled."""
        while True:
            due = self._again.due(self._most)
            batch = due + list(islice(new, self._most - len(due)))
            if batch or not (self._running or self._again):
                return batch
            if self._running:
                self._settle(settle, self._again.seconds)
            else:
                time.sleep(self._again.seconds or 0)

    def _checked(self, candidates: Iterable[Candidate], settle: Settle) -> Iterator[Later[Asked]]:
        """Read requests; settle those that are unfit, or have their certificates."""
        for candidate in candidates:
            try:
                request = read_request(candidate.text)
                file = self._folder.file_for(candidate, request)
                if file in self._files:
                    self._twice.append(candidate)
                elif there := self._folder.find(file, request):
                    settle(There(candidate.place, there, str(file)))
                else:
                    self._files.add(file)
                    yield Later(Asked(candidate, request, file))
            except RefusedRequest as refused:
                settle(Refused(candidate.place, refused.reason, said(refused)))

    def _settle(self, settle: Settle, longest: float | None) -> None:
        """Wait for a call to end, for `longest` seconds at most, and settle those that have."""
        done, _ = wait(self._running, longest, FIRST_COMPLETED)
        for call in done:
            self._settle_call(call, settle)

    def _settle_call(self, call: "Future[list[Answer]]", settle: Settle) -> None:
        batch = self._running.pop(call)
        try:
            results = call.result()
        except FunctionFailed as failed:
            if max(each.failures for each in batch) >= FAILURES:
                raise FailureError(
                    f"the issuance function {self._function.name} failed: {failed}; its log group has more"
                ) from None
            batch = [replace(each, failures=each.failures + 1) for each in batch]
            results = [NotIssued("function_failed", str(failed), busy=True)] * len(batch)
        if self._turns is not None:
            self._turns.heard(busy=any(isinstance(each, NotIssued) and each.busy for each in results))
        for each, answer in zip(batch, results, strict=True):
            self._settle_one(each, answer, settle)

    def _settle_one(self, each: Later[Asked], answer: Answer, settle: Settle) -> None:
        asked = each.work
        if isinstance(answer, NotIssued) and answer.busy and self._again.put(each):
            return
        self._files.discard(asked.file)
        settle(self._outcome(asked, answer))

    def _outcome(self, asked: Asked, answer: Answer) -> Outcome:
        place = asked.candidate.place
        if isinstance(answer, NotIssued):
            if answer.reason == ENDING:
                raise FailureError(answer.message)
            return Refused(place, answer.reason, answer.message)
        return self._kept(asked, answer)

    def _kept(self, asked: Asked, issued: IssuedCertificate) -> Outcome:
        place = asked.candidate.place
        if not answers(asked.request, issued):
            raise FailureError(f"{place}: {FOR_ANOTHER_KEY}")
        try:
            there = self._folder.keep(asked.file, asked.request, issued.with_chain)
        except RefusedRequest as refused:
            return Refused(place, refused.reason, str(refused))
        if there is not None:
            return There(place, there, str(asked.file))
        return Signed(place, issued.thing_name, issued.certificate_id, str(asked.file))

    def _settle_done(self, settle: Settle) -> None:
        """Settle what can be, on the way out of an interrupted run."""
        for call in [call for call in self._running if call.done() and not call.cancelled()]:
            if call.exception() is None:
                with suppress(FailureError):  # it ends already, and for another reason
                    self._settle_call(call, settle)
