"""Certificates that come without a record, from an external authority that signs elsewhere.

The first event about one reads it from AWS IoT and writes its record; from then on the record decides, as it
does for all others, so that nothing revives it later.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from records.record import IssuanceRecord
from records.table import IssuanceRecords
from registration.events import RegistrationEvent
from registration.outcome import Outcome
from registration.refusal import Reason, Refused

if TYPE_CHECKING:
    from mypy_boto3_iot import IoTClient

Reader = Callable[[str, str], IssuanceRecord]
"""Makes the record of a certificate (PEM) from an authority (certificate id); raises Refused."""


@dataclass(frozen=True)
class Adoption:
    """Adopts the certificates of some authorities."""

    iot: "IoTClient"
    records: IssuanceRecords
    authorities: frozenset[str]
    """Certificate ids of those whose certificates need no record."""
    read: Reader

    def adopt(self, event: RegistrationEvent) -> IssuanceRecord | Outcome:
        """Write the record of a certificate that waits.

        Returns:
            The record; or, for a certificate that does not wait, the outcome: it is left alone.

        Raises:
            Refused: its subject makes no thing, or another authority signed it.
            botocore's errors: a call failed.
        """
        try:
            answer = self.iot.describe_certificate(certificateId=event.certificate_id)
        except self.iot.exceptions.ResourceNotFoundException:
            return Outcome("refused", None, Reason.NOT_PENDING, "The certificate was deleted.")
        found = answer["certificateDescription"]
        if found["status"] != "PENDING_ACTIVATION":
            name = "already" if found["status"] == "ACTIVE" else "refused"
            return Outcome(name, None, Reason.NOT_PENDING, f"The certificate is {found['status']}.")
        if found.get("caCertificateId") != event.ca_certificate_id:
            raise Refused(
                Reason.WRONG_CA, f"CA {found.get('caCertificateId')} signed it, not the announced one."
            )
        record = self.read(found["certificatePem"], event.ca_certificate_id)
        if record.certificate_id != event.certificate_id:
            raise Refused(Reason.UNFIT, f"It hashes to {record.certificate_id}, which is not its id.")
        self.records.import_(record)
        # Another run may have been first; what stands there counts.
        return self.records.find(event.certificate_id) or record
