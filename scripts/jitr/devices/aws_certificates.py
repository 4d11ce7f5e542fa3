"""A device's certificate at AWS IoT, and what it is attached to, as an operator's command handles them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from jitr.aws_errors import DENIED, code_of, explained
from registration.pace import Pace

if TYPE_CHECKING:
    from mypy_boto3_iot import IoTClient
    from mypy_boto3_iot_data import IoTDataPlaneClient

Off = Literal["INACTIVE", "REVOKED"]
PRINCIPAL = ":cert/"
UNLIMITED = float("inf")


@dataclass(frozen=True)
class AwsCertificate:
    """A certificate as AWS IoT has it; `issuer` (certificate id) is None where AWS knows no CA of it."""

    certificate_id: str
    arn: str
    status: str
    issuer: str | None
    pem: str


@dataclass(frozen=True)
class AwsCertificates:
    """AWS IoT, at a pace that leaves the registration its part of the quota.

    Every method may raise botocore's ClientError or a connection error.
    """

    iot: "IoTClient"
    data: "IoTDataPlaneClient"
    updates: Pace

    def find(self, certificate_id: str) -> AwsCertificate | None:
        """Describe a certificate; None when AWS IoT does not know it."""
        try:
            answer = self.iot.describe_certificate(certificateId=certificate_id)
        except self.iot.exceptions.ResourceNotFoundException:
            return None
        found = answer["certificateDescription"]
        return AwsCertificate(
            certificate_id,
            found["certificateArn"],
            found["status"],
            found.get("caCertificateId"),
            found["certificatePem"],
        )

    def switch_off(self, certificate_id: str, status: Off) -> AwsCertificate | None:
        """Set a certificate INACTIVE or REVOKED, unless it is that, or REVOKED, already.

        Returns:
            The certificate as it was before; None when AWS IoT does not know it.
        """
        there = self.find(certificate_id)
        if there is not None and there.status not in {status, "REVOKED"}:
            self.updates.wait(UNLIMITED)
            self.iot.update_certificate(certificateId=certificate_id, newStatus=status)
        return there

    def policies(self, arn: str) -> list[str]:
        """Give the names of the policies that a certificate has."""
        pages: Any = self.iot.get_paginator("list_attached_policies").paginate(target=arn)
        return [policy["policyName"] for page in pages for policy in page["policies"]]

    def things(self, arn: str) -> list[str]:
        """Give the names of the things that a certificate is attached to."""
        pages: Any = self.iot.get_paginator("list_principal_things").paginate(principal=arn)
        return [thing for page in pages for thing in page["things"]]

    def certificates_of(self, thing_name: str) -> Iterator[str]:
        """Give the ids of the certificates that are attached to a thing; none when there is no such thing."""
        pages: Any = self.iot.get_paginator("list_thing_principals").paginate(thingName=thing_name)
        try:
            for page in pages:
                for arn in page["principals"]:
                    if PRINCIPAL in arn:
                        yield arn.partition(PRINCIPAL)[2]
        except self.iot.exceptions.ResourceNotFoundException:
            return

    def detach(self, arn: str, things: Sequence[str]) -> list[str]:
        """Take all policies, and these things, from a certificate; say what was taken."""
        policies = self.policies(arn)
        for policy in policies:
            self.iot.detach_policy(policyName=policy, target=arn)
        for thing in things:
            self.iot.detach_thing_principal(thingName=thing, principal=arn)
        return [
            *(f"policy {policy} detached" for policy in policies),
            *(f"thing {thing} detached" for thing in things),
        ]

    def end_connection(self, client_id: str) -> str:
        """End the MQTT connection of a client id, and say what came of it; never fails.

        A certificate that is off cannot connect again; AWS IoT itself ends its connections "within a few
        minutes" (UpdateCertificate, API reference). Its session is kept: it is the thing's.
        """
        try:
            self.data.delete_connection(clientId=client_id)
        except (ClientError, BotoCoreError) as error:
            return _not_ended(error)
        return "connection ended"


def _not_ended(error: Exception) -> str:
    code = code_of(error) if isinstance(error, ClientError) else ""
    if code == "ResourceNotFoundException":
        return "was not connected"
    if code in {*DENIED, "ForbiddenException"}:
        why = "these credentials lack iot:DeleteConnection"
    elif code in {"InvalidRequestException", "404", "501"}:
        why = "DeleteConnection is not offered here"
    else:
        why = explained(error)
    return f"connection not ended ({why}); AWS IoT ends it within minutes"
