"""The calls to AWS IoT that a registration makes, each of which may be repeated."""

from typing import TYPE_CHECKING, Literal

from botocore.exceptions import ClientError

from records.record import IssuanceRecord
from registration.refusal import Reason, Refused
from registration.things import differences, thing_of

if TYPE_CHECKING:
    from mypy_boto3_iot import IoTClient
    from mypy_boto3_iot.type_defs import DescribeThingResponseTypeDef

Off = Literal["INACTIVE", "REVOKED"]

GONE_OR_REVOKED = frozenset({"ResourceNotFoundException", "CertificateStateException"})
"""UpdateCertificate's errors for a certificate that was deleted, or is REVOKED, which is final."""


class Certificates:
    """Device certificates of one account and Region in AWS IoT's registry.

    Every method may raise botocore's ClientError or a connection error; the call may have taken effect then.
    """

    def __init__(self, iot: "IoTClient", once: "IoTClient", account: str) -> None:
        """Work in an account, with a client, and with one that makes every call `once`.

        An answer to an SDK's second attempt says nothing about the first.
        """
        self._iot = iot
        self._once = once
        self._arns = f"arn:{iot.meta.partition}:iot:{iot.meta.region_name}:{account}:cert/"

    def arn(self, certificate_id: str) -> str:
        """Give the ARN by which a certificate is attached to things and policies."""
        return self._arns + certificate_id

    def create_thing(self, record: IssuanceRecord) -> "DescribeThingResponseTypeDef | None":
        """Create a record's thing, or find that it is there.

        Returns:
            None when it is as the record wants it; otherwise the one that is there.
        """
        try:
            self._iot.create_thing(**thing_of(record))
        except self._iot.exceptions.ResourceAlreadyExistsException:
            there = self._iot.describe_thing(thingName=record.thing_name)
            return there if differences(record, there) else None
        return None

    def attach_thing(self, certificate_id: str, thing_name: str) -> None:
        """Bind the certificate to this thing and no other.

        Raises:
            Refused: when it is bound to another.
        """
        try:
            self._iot.attach_thing_principal(
                thingName=thing_name,
                principal=self.arn(certificate_id),
                thingPrincipalType="EXCLUSIVE_THING",
            )
        except self._iot.exceptions.InvalidRequestException:
            self._refuse_if_elsewhere(certificate_id, thing_name)
            raise

    def attach_policy(self, certificate_id: str, policy: str) -> None:
        """Attach a policy; nothing happens when it is attached already."""
        self._iot.attach_policy(policyName=policy, target=self.arn(certificate_id))

    def join_group(self, thing_name: str, group: str) -> None:
        """Add a thing to a group; nothing happens when it is in it already."""
        self._iot.add_thing_to_thing_group(thingName=thing_name, thingGroupName=group)

    def activate(self, certificate_id: str) -> None:
        """Let the device in."""
        self._once.update_certificate(certificateId=certificate_id, newStatus="ACTIVE")

    def switch_off(self, certificate_id: str, status: Off = "INACTIVE") -> None:
        """Keep the device out; nothing happens when the certificate is gone or already revoked."""
        try:
            self._iot.update_certificate(certificateId=certificate_id, newStatus=status)
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE_OR_REVOKED:
                raise

    def standing(self, certificate_id: str) -> tuple[str | None, str | None]:
        """Read a certificate's status, and the certificate id of its CA; None for each when it is gone."""
        try:
            answer = self._iot.describe_certificate(certificateId=certificate_id)
        except self._iot.exceptions.ResourceNotFoundException:
            return None, None
        found = answer["certificateDescription"]
        return found["status"], found.get("caCertificateId")

    def status(self, certificate_id: str) -> str | None:
        """Read the certificate's status; None when it is gone."""
        return self.standing(certificate_id)[0]

    def _refuse_if_elsewhere(self, certificate_id: str, thing_name: str) -> None:
        # The API reference gives AttachThingPrincipal one error for all that is wrong with a request.
        things = self._iot.list_principal_things(principal=self.arn(certificate_id))["things"]
        if others := sorted(set(things) - {thing_name}):
            raise Refused(
                Reason.CERTIFICATE_ELSEWHERE, f"The certificate is attached to {', '.join(others)}."
            ) from None
