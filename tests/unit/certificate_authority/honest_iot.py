"""A stand-in for AWS IoT's authorities with AWS's checks (moto looks at no verification certificate)."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID

from pki.identity import certificate_id

REGISTRATION_CODE = "c0de" * 16
ARN = "arn:aws:iot:us-east-1:123456789012:cacert/"
MOST_PER_SUBJECT = 10


class HonestIot:
    """Registers authorities by AWS's rules.

    `authorities` and `tags` are what it holds, by certificate id; `devices` the number of device
    certificates of each; `elsewhere` the authorities that another account has in the mode DEFAULT;
    `received` all that was sent to be registered.
    """

    def __init__(self) -> None:
        self.authorities: dict[str, dict[str, Any]] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.devices: dict[str, int] = {}
        self.elsewhere: set[str] = set()
        self.templates: dict[str, dict[str, str]] = {}
        self.registration_code = REGISTRATION_CODE
        self.received: list[object] = []

    def lose_authorities(self) -> None:
        """What somebody does in the console."""
        self.authorities.clear()
        self.tags.clear()

    def get_registration_code(self) -> dict[str, Any]:
        return {"registrationCode": self.registration_code}

    def register_ca_certificate(  # noqa: PLR0913  # AWS's
        self,
        *,
        caCertificate: str,  # noqa: N803  # AWS's names, here and below
        setAsActive: bool,  # noqa: N803
        allowAutoRegistration: bool,  # noqa: N803
        certificateMode: str,  # noqa: N803
        tags: list[dict[str, str]],
        verificationCertificate: str | None = None,  # noqa: N803
    ) -> dict[str, Any]:
        ca = x509.load_pem_x509_certificate(caCertificate.encode())
        ca_id = certificate_id(ca)
        self.received += [caCertificate, verificationCertificate, tags]
        self._check(ca, certificateMode, verificationCertificate)
        self.authorities[ca_id] = {
            "certificateArn": ARN + ca_id,
            "certificateId": ca_id,
            "certificatePem": caCertificate,
            "certificateMode": certificateMode,
            "status": "ACTIVE" if setAsActive else "INACTIVE",
            "autoRegistrationStatus": "ENABLE" if allowAutoRegistration else "DISABLE",
        }
        self.tags[ca_id] = {tag["Key"]: tag["Value"] for tag in tags}
        return {"certificateArn": ARN + ca_id, "certificateId": ca_id}

    def _check(self, ca: x509.Certificate, mode: str, verification: str | None) -> None:
        operation = "RegisterCACertificate"
        if (mode == "DEFAULT") != (verification is not None):
            raise error("InvalidRequestException", operation)
        if verification is not None:
            check_verification(verification, ca, self.registration_code)
        ca_id = certificate_id(ca)
        if ca_id in self.authorities or (mode == "DEFAULT" and ca_id in self.elsewhere):
            raise error("ResourceAlreadyExistsException", operation)
        held = [
            x509.load_pem_x509_certificate(a["certificatePem"].encode()) for a in self.authorities.values()
        ]
        if sum(other.subject == ca.subject for other in held) >= MOST_PER_SUBJECT:
            raise error("LimitExceededException", operation)

    def describe_ca_certificate(self, *, certificateId: str) -> dict[str, Any]:  # noqa: N803
        answer = {"certificateDescription": dict(self._find(certificateId, "DescribeCACertificate"))}
        template = self.templates.get(certificateId)
        return answer | ({"registrationConfig": template} if template else {})

    def update_ca_certificate(
        self,
        *,
        certificateId: str,  # noqa: N803
        newStatus: str | None = None,  # noqa: N803
        newAutoRegistrationStatus: str | None = None,  # noqa: N803
        removeAutoRegistration: bool = False,  # noqa: N803
    ) -> dict[str, Any]:
        authority = self._find(certificateId, "UpdateCACertificate")
        if removeAutoRegistration:
            self.templates.pop(certificateId, None)
            authority["autoRegistrationStatus"] = "DISABLE"
        authority["status"] = newStatus or authority["status"]
        authority["autoRegistrationStatus"] = newAutoRegistrationStatus or authority["autoRegistrationStatus"]
        return {}

    def delete_ca_certificate(self, *, certificateId: str) -> dict[str, Any]:  # noqa: N803
        if self._find(certificateId, "DeleteCACertificate")["status"] == "ACTIVE":
            raise error("CertificateStateException", "DeleteCACertificate")
        del self.authorities[certificateId], self.tags[certificateId]
        return {}

    def tag_resource(self, *, resourceArn: str, tags: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        self._tags_of(resourceArn, "TagResource").update({tag["Key"]: tag["Value"] for tag in tags})
        return {}

    def untag_resource(self, *, resourceArn: str, tagKeys: list[str]) -> dict[str, Any]:  # noqa: N803
        tags = self._tags_of(resourceArn, "UntagResource")
        for key in tagKeys:
            tags.pop(key, None)
        return {}

    def get_paginator(self, operation: str) -> Any:
        return Pages(
            {"list_tags_for_resource": self._tag_pages, "list_certificates_by_ca": self._devices}[operation]
        )

    def _tag_pages(self, *, resourceArn: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        tags = self._tags_of(resourceArn, "ListTagsForResource")
        yield {"tags": [{"Key": name, "Value": value} for name, value in tags.items()]}

    def _devices(self, *, caCertificateId: str, PaginationConfig: dict[str, int]) -> Iterator[dict[str, Any]]:  # noqa: N803
        left, size = self.devices.get(caCertificateId, 0), PaginationConfig["PageSize"]
        yield {"certificates": [{}] * min(size, left)}
        for start in range(size, left, size):
            yield {"certificates": [{}] * min(size, left - start)}

    def _tags_of(self, arn: str, operation: str) -> dict[str, str]:
        self._find(arn.removeprefix(ARN), operation)
        return self.tags[arn.removeprefix(ARN)]

    def _find(self, ca_id: str, operation: str) -> dict[str, Any]:
        if ca_id not in self.authorities:
            raise error("ResourceNotFoundException", operation)
        return self.authorities[ca_id]


class Pages:
    def __init__(self, pages: Callable[..., Iterator[dict[str, Any]]]) -> None:
        self.paginate = pages


def check_verification(pem: str, ca: x509.Certificate, registration_code: str) -> None:
    verification = x509.load_pem_x509_certificate(pem.encode())
    names = [name.value for name in verification.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    now = datetime.now(UTC)
    if (
        names != [registration_code]
        or not verification.not_valid_before_utc < now < verification.not_valid_after_utc
    ):
        raise error("RegistrationCodeValidationException", "RegisterCACertificate")
    try:
        verification.verify_directly_issued_by(ca)
    except (ValueError, InvalidSignature):
        raise error("CertificateValidationException", "RegisterCACertificate") from None


def error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "as AWS says it"}}, operation)
