"""A stand-in for AWS IoT's authorities with AWS's checks (moto looks at no verification certificate)."""

from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.x509.oid import NameOID

from pki.identity import certificate_id

REGISTRATION_CODE = "c0de" * 16
ARN = "arn:aws:iot:us-east-1:123456789012:cacert/"


class HonestIot:
    """Registers authorities by AWS's rules for the mode DEFAULT; `authorities` is what it holds."""

    def __init__(self) -> None:
        self.authorities: dict[str, dict[str, str]] = {}

    def get_registration_code(self) -> dict[str, Any]:
        return {"registrationCode": REGISTRATION_CODE}

    def register_ca_certificate(
        self,
        *,
        caCertificate: str,  # noqa: N803  # AWS's names, here and below
        verificationCertificate: str,  # noqa: N803
        setAsActive: bool,  # noqa: N803
        allowAutoRegistration: bool,  # noqa: N803
        certificateMode: str,  # noqa: N803
    ) -> dict[str, Any]:
        ca = x509.load_pem_x509_certificate(caCertificate.encode())
        check_verification(x509.load_pem_x509_certificate(verificationCertificate.encode()), ca)
        ca_id = certificate_id(ca)
        if ca_id in self.authorities:
            raise error("ResourceAlreadyExistsException", "RegisterCACertificate")
        self.authorities[ca_id] = {
            "certificateArn": ARN + ca_id,
            "certificateId": ca_id,
            "certificatePem": caCertificate,
            "certificateMode": certificateMode,
            "status": "ACTIVE" if setAsActive else "INACTIVE",
            "autoRegistrationStatus": "ENABLE" if allowAutoRegistration else "DISABLE",
        }
        return {"certificateArn": ARN + ca_id, "certificateId": ca_id}

    def describe_ca_certificate(self, *, certificateId: str) -> dict[str, Any]:  # noqa: N803
        return {"certificateDescription": dict(self._find(certificateId, "DescribeCACertificate"))}

    def update_ca_certificate(
        self,
        *,
        certificateId: str,  # noqa: N803
        newStatus: str | None = None,  # noqa: N803
        newAutoRegistrationStatus: str | None = None,  # noqa: N803
    ) -> dict[str, Any]:
        authority = self._find(certificateId, "UpdateCACertificate")
        authority["status"] = newStatus or authority["status"]
        authority["autoRegistrationStatus"] = newAutoRegistrationStatus or authority["autoRegistrationStatus"]
        return {}

    def delete_ca_certificate(self, *, certificateId: str) -> dict[str, Any]:  # noqa: N803
        if self._find(certificateId, "DeleteCACertificate")["status"] == "ACTIVE":
            raise error("CertificateStateException", "DeleteCACertificate")
        del self.authorities[certificateId]
        return {}

    def _find(self, ca_id: str, operation: str) -> dict[str, str]:
        if ca_id not in self.authorities:
            raise error("ResourceNotFoundException", operation)
        return self.authorities[ca_id]


def check_verification(verification: x509.Certificate, ca: x509.Certificate) -> None:
    names = [name.value for name in verification.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    now = datetime.now(UTC)
    if (
        names != [REGISTRATION_CODE]
        or not verification.not_valid_before_utc < now < verification.not_valid_after_utc
    ):
        raise error("RegistrationCodeValidationException", "RegisterCACertificate")
    verification.verify_directly_issued_by(ca)


def error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "as AWS says it"}}, operation)
