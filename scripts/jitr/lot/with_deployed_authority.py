"""Have the deployed authority sign a lot."""

from contract import Custody
from jitr.bulk.inputs import Inputs
from jitr.bulk.kind import REQUESTS
from jitr.environment_authorities import deployed_authority
from jitr.failure import BadUseError
from jitr.lot.certificate_folder import CertificateFolder
from jitr.lot.deployed_desk import DeployedDesk
from jitr.lot.issuance_function import IssuanceFunction
from jitr.lot.report import Report
from jitr.lot.run import Lot, signed
from jitr.lot.turns import Turns
from jitr.target import Target, target


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
    desk = DeployedDesk(function, folder, _turns(to, name), calls)
    return signed(lot, inputs, desk, certificate, environment)


def _turns(to: Target, authority: str) -> Turns | None:
    in_kms = to.settings.authorities[authority].custody is Custody.KMS
    return Turns(to.settings.quotas.kms_sign) if in_kms else None
