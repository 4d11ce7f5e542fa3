"""Sign a lot: what is the same, whoever signs."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography import x509

from jitr.bulk.candidate import Candidate, Unreadable
from jitr.bulk.inputs import Inputs
from jitr.bulk.progress import progress
from jitr.failure import BadUseError, FailureError
from jitr.lot.outcome import Outcome, Refused
from jitr.lot.report import Report
from jitr.lot.results_file import results_file
from jitr.lot.tally import Tally
from jitr.output import note
from pki.identity import certificate_id

Settle = Callable[[Outcome], None]


class Desk(Protocol):
    """Who signs."""

    def run(self, candidates: Iterable[Candidate], settle: Settle) -> None:
        """Sign each candidate, and tell `settle` what became of it."""


@dataclass(frozen=True)
class Lot:
    """What is to be signed, and where the certificates and the lines about each go."""

    paths: Sequence[Path]
    folder: Path
    results: Path | None = None

    def __post_init__(self) -> None:
        if self.folder.exists() and not self.folder.is_dir():
            raise BadUseError(f"--out {self.folder}: is no folder; name one for the certificates")


def signed(
    lot: Lot, inputs: Inputs, desk: Desk, certificate: x509.Certificate, environment: str | None = None
) -> Report:
    """Have a desk sign a lot for the authority of this certificate; no `environment` where it is in files.

    Raises:
        FailureError: no request was found, or as the desk.
    """
    begun, tally = time.monotonic(), Tally(note)
    try:
        with results_file(lot.results) as results, progress() as shown:
            tally.say = shown.say

            def settle(outcome: Outcome) -> None:
                results.add(outcome)
                tally.settle(outcome)
                shown.show(inputs, tally)

            desk.run(_candidates(inputs, settle), settle)
    except BaseException:
        note(f"stopped: {tally}; run it again to go on, what is signed is skipped")
        raise
    if not tally.requests:
        raise FailureError(f"no requests found; {inputs.ignored} files have other suffixes")
    return Report(
        environment=environment,
        ca_certificate_id=certificate_id(certificate),
        folder=lot.folder,
        tally=tally,
        ignored=inputs.ignored,
        seconds=time.monotonic() - begun,
    )


def _candidates(inputs: Inputs, settle: Settle) -> Iterator[Candidate]:
    """Give what can be read; settle what cannot."""
    for found in inputs:
        if isinstance(found, Unreadable):
            settle(Refused(found.place, "unreadable", found.message))
        else:
            yield found
