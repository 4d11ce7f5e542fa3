"""The calls to AWS IoT that a registration makes, each of which may be repeated."""

from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_iot import IoTClient

Off = Literal["INACTIVE", "REVOKED"]

NOT_TO_BE_SWITCHED_OFF = frozenset({"ResourceNotFoundException", "CertificateStateException"})
"""UpdateCertificate's errors for a certificate that is gone or REVOKED, which is final: off already."""


class Certificates:
    """Device certificates of one account and Region in AWS IoT's registry.

    Every method may raise botocore's ClientError or a connection error; the call may have taken effect then.
    """

    def __init__(self, iot: "IoTClient", account: str) -> None:
        self._iot = iot
        self._arns = f"arn:{iot.meta.partition}:iot:{iot.meta.region_name}:{account}:cert/"

    def arn(self, certificate_id: str) -> str:
        """Give the ARN by which a certificate is attached to things and policies."""
        return self._arns + certificate_id

    def create_thing(self, thing_name: str) -> None:
        """Create the thing, or find that it is there."""
        # There with other attributes, say a type that an operator gave it: no danger. The name was checked
        # when the certificate was signed, and the certificate is attached to this thing and no other.
        with suppress(self._iot.exceptions.ResourceAlreadyExistsException):
            self._iot.create_thing(thingName=thing_name)

    def attach_thing(self, certificate_id: str, thing_name: str) -> None:
        """Bind the certificate to this thing and no other."""
        self._iot.attach_thing_principal(
            thingName=thing_name,
            principal=self.arn(certificate_id),
            thingPrincipalType="EXCLUSIVE_THING",
        )

    def attach_policy(self, certificate_id: str, policy: str) -> None:
        """Attach a policy; nothing happens when it is attached already."""
        self._iot.attach_policy(policyName=policy, target=self.arn(certificate_id))

    def activate(self, certificate_id: str) -> None:
        """Let the device in."""
        self._iot.update_certificate(certificateId=certificate_id, newStatus="ACTIVE")

    def switch_off(self, certificate_id: str, status: Off = "INACTIVE") -> None:
        """Keep the device out; nothing happens when the certificate is gone or already revoked."""
        try:
            self._iot.update_certificate(certificateId=certificate_id, newStatus=status)
        except ClientError as error:
            if error.response["Error"]["Code"] not in NOT_TO_BE_SWITCHED_OFF:
                raise

    def status(self, certificate_id: str) -> str | None:
        """Read the certificate's status; None when it is gone."""
        try:
            certificate = self._iot.describe_certificate(certificateId=certificate_id)
        except self._iot.exceptions.ResourceNotFoundException:
            return None
        return certificate["certificateDescription"]["status"]
