"""Sign a lot with an authority in files."""

from datetime import timedelta
from pathlib import Path

from jitr.bulk.inputs import Inputs
from jitr.bulk.kind import REQUESTS
from jitr.failure import FailureError
from jitr.lot.certificate_folder import CertificateFolder
from jitr.lot.desk import Authority, SigningDesk
from jitr.lot.processes import Processes
from jitr.lot.report import Report
from jitr.lot.run import Desk, Lot, signed
from jitr.pem import authority
from pki.leaf import AuthorityEnding, LeafForm


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
        return signed(lot, inputs, desk, certificate)
    except AuthorityEnding as ending:
        raise FailureError(f"{ca_cert}: {ending}") from None
