"""Certificate authorities registered at AWS IoT."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from cryptography import x509

from jitr.aws_errors import code_of
from jitr.failure import FailureError
from pki.authority import verification_certificate
from pki.identity import certificate_id, pem
from pki.keys import SigningKey

if TYPE_CHECKING:
    from mypy_boto3_iot import IoTClient


@dataclass(frozen=True)
class RegisteredAuthority:
    """An authority as AWS IoT holds it."""

    certificate_id: str
    arn: str
    status: str
    auto_registration: str
    mode: str
    certificate: str

    @property
    def ready(self) -> bool:
        """Tell whether devices with its certificates register just in time."""
        return self.status == "ACTIVE" and self.auto_registration == "ENABLE"

    @property
    def x509(self) -> x509.Certificate:
        """Its certificate, read."""
        return x509.load_pem_x509_certificate(self.certificate.encode())


def registration_code(iot: "IoTClient") -> str:
    """Ask for the code of this account and Region that a verification certificate must carry."""
    return iot.get_registration_code()["registrationCode"]


def find(iot: "IoTClient", authority_id: str) -> RegisteredAuthority | None:
    """Find an authority by its certificate id; None when AWS IoT does not hold it."""
    try:
        answer = iot.describe_ca_certificate(certificateId=authority_id)
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return None
        raise
    found = answer["certificateDescription"]
    return RegisteredAuthority(
        certificate_id=found["certificateId"],
        arn=found["certificateArn"],
        status=found["status"],
        auto_registration=found.get("autoRegistrationStatus", "DISABLE"),
        mode=found.get("certificateMode", "DEFAULT"),
        certificate=found["certificatePem"],
    )


def every(iot: "IoTClient") -> Iterator[RegisteredAuthority]:
    """Give every authority of the account and Region, newest first."""
    for page in iot.get_paginator("list_ca_certificates").paginate():
        for listed in page["certificates"]:
            if found := find(iot, listed["certificateId"]):
                yield found


def register(iot: "IoTClient", ca: x509.Certificate, ca_key: SigningKey) -> tuple[RegisteredAuthority, bool]:
    """Register an authority, ACTIVE and with auto-registration; tell whether it was new.

    One that is registered already is made ACTIVE with auto-registration if it was not.

    Raises:
        FailureError: AWS IoT took it and does not hold it.
    """
    authority_id = certificate_id(ca)
    earlier = find(iot, authority_id)
    if earlier is None:
        _register(iot, ca, ca_key, authority_id)
    elif not earlier.ready:
        iot.update_ca_certificate(
            certificateId=authority_id, newStatus="ACTIVE", newAutoRegistrationStatus="ENABLE"
        )
    registered = find(iot, authority_id)
    if registered is None:
        raise FailureError(f"authority {authority_id} was registered and is not there; ask `jitr ca list`")
    return registered, earlier is None


def _register(iot: "IoTClient", ca: x509.Certificate, ca_key: SigningKey, authority_id: str) -> None:
    proof = verification_certificate(ca, ca_key, registration_code(iot))
    try:
        iot.register_ca_certificate(
            caCertificate=pem(ca),
            verificationCertificate=pem(proof),
            setAsActive=True,
            allowAutoRegistration=True,
        )
    except ClientError as error:
        # Somebody registered the same one meanwhile: what was asked for is there.
        same = error.response.get("resourceId") == authority_id
        if code_of(error) != "ResourceAlreadyExistsException" or not same:
            raise
