"""Setting ACTIVE: the last call of a registration, and the only one that lets a device in."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError

from records.record import IssuanceRecord
from records.table import IssuanceRecords
from registration.certificates import GONE_OR_REVOKED, Certificates
from registration.failures import reason_of

ATTEMPTS = 4
"""What AWS throttles so often comes again by the queue, later."""
PAUSE = 0.5
"""Seconds before the second attempt, at most; each further pause is twice as long. A call that AWS throttled
took nothing from the quota, so the turn for which the registration waited is still its own."""
FOR_ANOTHER = timedelta(seconds=6)
"""What must be left of a run for another attempt: the longest pause, and a call of four seconds at most."""

THROTTLED = "ThrottlingException"


class Vanished(Exception):  # noqa: N818  named for what happened
    """The certificate was deleted or revoked at AWS IoT while it was being registered."""


@dataclass(frozen=True)
class Activation:
    """Sets certificates ACTIVE under a claim, and knows whether it did."""

    records: IssuanceRecords
    certificates: Certificates
    now: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep

    def activate(self, claimed: IssuanceRecord, deadline: datetime) -> None:
        """Let the device in.

        Whether a call took effect whose answer is an error of AWS's, or got lost, nobody knows: the claim
        stands then, and who comes after it has lapsed looks at the certificate first. When AWS refused every
        attempt, the claim is given up.

        Raises:
            Vanished: the certificate is gone, or revoked.
            botocore's errors: of the last attempt.
        """
        doubtful = False
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self.certificates.activate(claimed.certificate_id)
            except (ClientError, BotoCoreError) as error:
                reason = reason_of(error)
                if reason in GONE_OR_REVOKED:
                    raise Vanished(str(error)) from error
                doubtful = doubtful or not _refused(error)
                final = attempt == ATTEMPTS or self.now() + FOR_ANOTHER > deadline
                if final or not (doubtful or reason == THROTTLED):
                    if not doubtful:
                        self.records.release(claimed.certificate_id, deadline, reason)
                    raise
            else:
                return
            longest = PAUSE * 2 ** (attempt - 1)
            self.sleep(random.uniform(longest / 2, longest))  # nosec B311 # noqa: S311  jitter, no secret


def _refused(error: ClientError | BotoCoreError) -> bool:
    """Tell whether AWS answered that it did nothing."""
    if not isinstance(error, ClientError):
        return False
    return error.response["ResponseMetadata"]["HTTPStatusCode"] < HTTPStatus.INTERNAL_SERVER_ERROR
