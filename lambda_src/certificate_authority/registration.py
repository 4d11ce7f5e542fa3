"""An authority's registration with AWS IoT: CAs whose devices AWS registers when they first connect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from cryptography import x509

from pki.authority import verification_certificate
from pki.identity import certificate_id, pem
from pki.keys import SigningKey

if TYPE_CHECKING:
    from mypy_boto3_iot import IoTClient
    from mypy_boto3_iot.type_defs import CACertificateDescriptionTypeDef


@dataclass(frozen=True)
class Registered:
    """An authority as AWS IoT has it."""

    arn: str
    certificate: x509.Certificate
    takes_devices: bool
    """ACTIVE, and devices that present its certificates are registered by themselves."""


class Registration:
    """Registers authorities, in the mode DEFAULT. AWS's errors (botocore's `ClientError`) pass through."""

    def __init__(self, iot: IoTClient) -> None:
        self._iot = iot

    def find(self, ca_id: str) -> Registered | None:
        """Look up an authority by its certificate id."""
        try:
            answer = self._iot.describe_ca_certificate(certificateId=ca_id)
        except ClientError as error:
            if _code(error) == "ResourceNotFoundException":
                return None
            raise
        return _registered(answer["certificateDescription"])

    def register(self, ca: x509.Certificate, key: SigningKey) -> str:
        """Register an authority, ACTIVE and with auto-registration; give its ARN.

        That it is registered already is no error: an earlier delivery of the same event did it, or an
        earlier try whose answer was lost.

        Raises:
            BadSignature: the holder of `key` returned a wrong signature.
        """
        code = self._iot.get_registration_code()["registrationCode"]
        try:
            answer = self._iot.register_ca_certificate(
                caCertificate=pem(ca),
                verificationCertificate=pem(verification_certificate(ca, key, code)),
                setAsActive=True,
                allowAutoRegistration=True,
                certificateMode="DEFAULT",
            )
        except ClientError as error:
            arn = self._open_existing(certificate_id(ca), error)
        else:
            arn = answer["certificateArn"]
        return arn

    def _open_existing(self, ca_id: str, error: ClientError) -> str:
        existing = self.find(ca_id) if _code(error) == "ResourceAlreadyExistsException" else None
        if existing is None:
            raise error
        return self.open(existing)

    def open(self, registered: Registered) -> str:
        """Make sure that a registered authority takes devices; give its ARN."""
        if not registered.takes_devices:
            self._iot.update_ca_certificate(
                certificateId=certificate_id(registered.certificate),
                newStatus="ACTIVE",
                newAutoRegistrationStatus="ENABLE",
            )
        return registered.arn

    def deregister(self, ca_id: str) -> None:
        """Take an authority out; one that is not there is fine.

        AWS IoT deletes no ACTIVE authority. Auto-registration ends first, so that no device comes in on the
        way. Certificates of devices that are registered go on working.
        """
        try:
            self._iot.update_ca_certificate(certificateId=ca_id, newAutoRegistrationStatus="DISABLE")
            self._iot.update_ca_certificate(certificateId=ca_id, newStatus="INACTIVE")
            self._iot.delete_ca_certificate(certificateId=ca_id)
        except ClientError as error:
            if _code(error) != "ResourceNotFoundException":
                raise


def _registered(description: CACertificateDescriptionTypeDef) -> Registered:
    return Registered(
        arn=description["certificateArn"],
        certificate=x509.load_pem_x509_certificate(description["certificatePem"].encode()),
        takes_devices=description["status"] == "ACTIVE" and description["autoRegistrationStatus"] == "ENABLE",
    )


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]
