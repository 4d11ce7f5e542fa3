"""Run an import into an environment."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from botocore.config import Config

from contract import Output
from jitr.bulk.inputs import Inputs
from jitr.bulk.progress import progress
from jitr.deployed import output
from jitr.environment_authorities import deployed_authorities
from jitr.failure import FailureError
from jitr.issued.importing import WRITERS, Import
from jitr.issued.judge import Judge
from jitr.issued.report import Report
from jitr.issued.tally import Tally
from jitr.output import note
from jitr.target import Target, target
from provisioning.prerequisites import Prerequisites
from provisioning.provisioner import Provisioner
from provisioning.rendering import Environment
from records.table import IssuanceRecords

PATIENT = Config(max_pool_connections=WRITERS, retries={"mode": "standard", "total_max_attempts": 10})
"""A table that is not used to such numbers refuses some at first, and grows meanwhile."""


def run(environment: str, paths: Sequence[Path]) -> Report:
    """Record the certificates of files, folders and standard input.

    Raises:
        BadUseError: a path that is not there.
        FailureError: nothing is deployed; nothing that might be a certificate was found.
        botocore.exceptions.ClientError: AWS refused a call; what was recorded so far is said.
    """
    inputs = Inputs(paths)
    to = target(environment)
    judge, records = _judge(to), _records(to)
    begun, tally = time.monotonic(), Tally(note)
    try:
        with progress() as shown:
            tally.say = shown.say
            Import(judge, records, tally).run(inputs, lambda: shown.show(inputs, tally))
    except BaseException:
        note(f"stopped: {tally}; run it again to go on, what has a record is skipped")
        raise
    if not tally.certificates + tally.authorities_own:
        raise FailureError(f"no certificates found; {inputs.ignored} files have other suffixes")
    return Report(to.settings, tally, inputs.ignored, time.monotonic() - begun)


def _judge(to: Target) -> Judge:
    authorities = deployed_authorities(to)
    if not authorities:
        raise FailureError(
            f"environment {to.environment} has no deployed authority: run `cdk deploy '{to.environment}/*'`"
        )
    return Judge(authorities.values(), _provisioner(to), datetime.now(UTC))


def _provisioner(to: Target) -> Provisioner:
    account = to.settings.account or to.session.client("sts").get_caller_identity()["Account"]
    environment = Environment(to.environment, account, to.session.region_name)
    return Provisioner(to.settings.provisioning.template, environment, Prerequisites(to.iot))


def _records(to: Target) -> IssuanceRecords:
    client = to.session.client("dynamodb", config=PATIENT)
    return IssuanceRecords(client, output(to, Output.ISSUANCE_RECORDS))
