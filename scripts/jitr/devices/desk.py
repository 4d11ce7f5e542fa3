"""What the commands about devices work with: AWS IoT, the records, the queue of an environment."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.config import Config

from contract import Output
from jitr import endpoints
from jitr.deployed import outputs
from jitr.devices.aws_certificates import AwsCertificates
from jitr.failure import FailureError
from jitr.target import Target, target
from records.readmission import Readmissions
from records.table import IssuanceRecords
from registration.pace import Pace

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

WORKERS = 4
OUR_PART = 0.5
"""Of the quota of UpdateCertificate; the rest is for devices that come in meanwhile."""
PATIENT = Config(max_pool_connections=2 * WORKERS, retries={"mode": "standard", "total_max_attempts": 8})


@dataclass(frozen=True)
class Desk:
    """One environment; safe to be used by several threads."""

    target: Target
    certificates: AwsCertificates
    records: IssuanceRecords
    readmissions: Readmissions
    sqs: "SQSClient"
    queue: str
    """URL of the registration queue."""


def desk(environment: str) -> Desk:
    """Find the parts of a deployed environment.

    Raises:
        BadUseError: no such environment.
        FailureError: it is not deployed, or was by an earlier version.
    """
    to = target(environment)
    found = outputs(to)
    if missing := {Output.ISSUANCE_RECORDS, Output.REGISTRATION_QUEUE} - found.keys():
        raise FailureError(
            f"the stack of {environment} has no output {min(missing)}: run `cdk deploy '{environment}/*'`"
        )
    dynamodb = to.session.client("dynamodb", config=PATIENT)
    table = found[Output.ISSUANCE_RECORDS]
    return Desk(
        to,
        _certificates(to),
        IssuanceRecords(dynamodb, table),
        Readmissions(dynamodb, table),
        to.session.client("sqs", config=PATIENT),
        found[Output.REGISTRATION_QUEUE],
    )


def _certificates(to: Target) -> AwsCertificates:
    iot = to.session.client("iot", config=PATIENT)
    # AWS's own advice: the account's endpoint, not the one that the SDK would choose.
    host = None if to.local else f"https://{endpoints.find(to).host}"
    data = to.session.client("iot-data", config=PATIENT, endpoint_url=host)
    return AwsCertificates(iot, data, Pace(to.settings.quotas.update_certificate * OUR_PART))
