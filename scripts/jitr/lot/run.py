"""Sign a lot."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from cryptography import x509

from contract import Custody
from jitr.bulk.candidate import Candidate, Unreadable
from jitr.bulk.inputs import Inputs
from jitr.bulk.kind import REQUESTS
from jitr.bulk.progress import progress
from jitr.environment_authorities import deployed_authority
from jitr.failure import BadUseError, FailureError
from jitr.lot.certificate_folder import CertificateFolder
from jitr.lot.deployed_desk import DeployedDesk
from jitr.lot.desk import Authority, SigningDesk
from jitr.lot.issuance_function import IssuanceFunction
from jitr.lot.outcome import Outcome, Refused
from jitr.lot.processes import Processes
from jitr.lot.report import Report
from jitr.lot.results_file import results_file
from jitr.lot.tally import Tally
from jitr.output import note
from jitr.pem import authority
from jitr.target import Target, target
from pki.identity import certificate_id
from pki.leaf import AuthorityEnding, LeafForm
from registration.pace import Pace

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


def by_files(  # noqa: PLR0913  as many options
    lot: Lot, ca_cert: Path, ca_key: Path, passphrase_file: Path | None, *, days: int, processes: int
) -> Report:
    """Sign with an authority in files.

    Raises:
        BadUseError: a path that is not there, files that do not belong together.
        FailureError: no request was found, the authority is ending, or the folder cannot be written.
    """
    inputs = Inputs(lot.paths, REQUESTS)
    certificate, key = authority(ca_cert, ca_key, passphrase_file)
    signing = Authority(certificate, key, timedelta(days=days))
    try:
        LeafForm(certificate, signing.validity)
        desk: Desk
        if processes == 1:
            desk = SigningDesk(signing, CertificateFolder(lot.folder, certificate))
        else:
            desk = Processes(signing, lot.folder, processes)
        return _signed(lot, inputs, desk, None, certificate)
    except AuthorityEnding as ending:
        raise FailureError(f"{ca_cert}: {ending}") from None


def by_deployed_authority(lot: Lot, environment: str, *, calls: int) -> Report:
    """Have the environment's issuance function sign.

    Raises:
        BadUseError: a path that is not there.
        FailureError: no request was found; the stack is not there, or its function fails.
        botocore.exceptions.ClientError: AWS refused a call.
    """
    inputs = Inputs(lot.paths, REQUESTS)
    to = target(environment)
    name = to.settings.issuing_authority
    if name is None:
        raise BadUseError(
            f"environment {environment} has no authority that signs; sign with --ca-cert and --ca-key"
        )
    certificate = deployed_authority(to, name).certificate
    function = IssuanceFunction.of(to, calls)
    folder = CertificateFolder(lot.folder, certificate)
    return _signed(lot, inputs, DeployedDesk(function, folder, _pace(to, name), calls), to, certificate)


def _pace(to: Target, name: str) -> Pace | None:
    in_kms = to.settings.authorities[name].custody is Custody.KMS
    return Pace(to.settings.quotas.kms_sign) if in_kms else None


def _signed(lot: Lot, inputs: Inputs, desk: Desk, to: Target | None, certificate: x509.Certificate) -> Report:
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
        environment=to.environment if to else None,
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
