"""An authority as AWS IoT has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509

from certificate_authority.owner import Owner, owner_in
from certificate_authority.standing import Standing
from contract import CertificateMode
from pki.identity import certificate_id

if TYPE_CHECKING:
    from mypy_boto3_iot.type_defs import DescribeCACertificateResponseTypeDef


@dataclass(frozen=True)
class Registered:
    """A registration.

    `template` is what its provisioning template is, None without one: AWS IoT then provisions devices by it,
    and leaves out just-in-time registration.
    """

    arn: str
    certificate: x509.Certificate
    standing: Standing
    mode: CertificateMode
    tags: Mapping[str, str]
    template: str | None

    @property
    def id(self) -> str:
        """The authority's certificate id."""
        return certificate_id(self.certificate)

    @property
    def owner(self) -> Owner | None:
        """Who made it; None when the tags do not say."""
        return owner_in(self.tags)


def read_registered(answer: DescribeCACertificateResponseTypeDef, tags: Mapping[str, str]) -> Registered:
    """Read the answer of DescribeCACertificate."""
    description = answer["certificateDescription"]
    return Registered(
        arn=description["certificateArn"],
        certificate=x509.load_pem_x509_certificate(description["certificatePem"].encode()),
        standing=Standing(
            active=description["status"] == "ACTIVE",
            auto_registration=description["autoRegistrationStatus"] == "ENABLE",
        ),
        mode=CertificateMode(description.get("certificateMode", CertificateMode.DEFAULT)),
        tags=tags,
        template=_template(answer.get("registrationConfig") or {}),
    )


def _template(configuration: Mapping[str, object]) -> str | None:
    told = configuration.get("templateName") or configuration.get("templateBody")
    return str(told) if told else None
