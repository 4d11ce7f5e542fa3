"""An authority's registration with AWS IoT: CAs whose devices AWS registers when they first connect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from cryptography import x509

from certificate_authority.owner import Owner
from certificate_authority.refusal import ForeignAuthority, UnusableRegistration
from certificate_authority.registered import Registered, read_registered
from certificate_authority.standing import Standing
from certificate_authority.tags import TagChange
from contract import CertificateMode
from pki.identity import certificate_id, pem

if TYPE_CHECKING:
    from mypy_boto3_iot import IoTClient

Proof = Callable[[str], x509.Certificate]
"""Gives the verification certificate for a registration code."""


@dataclass(frozen=True)
class Terms:
    """How an authority is registered."""

    standing: Standing
    mode: CertificateMode
    tags: Mapping[str, str]


class Registration:
    """Registers authorities in the name of `owner`. AWS's errors (botocore's `ClientError`) pass through."""

    def __init__(self, iot: IoTClient, owner: Owner) -> None:
        self._iot = iot
        self.owner = owner

    def find(self, ca_id: str) -> Registered | None:
        """Look up an authority by its certificate id."""
        try:
            answer = self._iot.describe_ca_certificate(certificateId=ca_id)
            return read_registered(answer, self._tags(answer["certificateDescription"]["certificateArn"]))
        except ClientError as error:
            if _code(error) == "ResourceNotFoundException":
                return None
            raise

    def _tags(self, arn: str) -> dict[str, str]:
        pages = self._iot.get_paginator("list_tags_for_resource").paginate(resourceArn=arn)
        return {tag["Key"]: tag.get("Value", "") for page in pages for tag in page["tags"]}

    def register(self, ca: x509.Certificate, proof: Proof, terms: Terms) -> Registered:
        """Register an authority.

        That it is registered already is no error if this owner did it: in an earlier delivery of the same
        event, or in an earlier try whose answer was lost.

        Raises:
            ForeignAuthority: somebody else has registered it.
            UnusableRegistration: too many authorities have its subject, or it has another mode.
            BadSignature, UnfitCertificate: what `proof` raises.
        """
        verification: dict[str, Any] = {}
        if terms.mode is CertificateMode.DEFAULT:
            code = self._iot.get_registration_code()["registrationCode"]
            verification = {"verificationCertificate": pem(proof(code))}
        try:
            answer = self._iot.register_ca_certificate(
                caCertificate=pem(ca),
                setAsActive=terms.standing.active,
                allowAutoRegistration=terms.standing.auto_registration,
                certificateMode=terms.mode.value,
                tags=[{"Key": name, "Value": value} for name, value in terms.tags.items()],
                **verification,
            )
        except ClientError as error:
            return self._explained(ca, terms, error)
        return Registered(answer["certificateArn"], ca, terms.standing, terms.mode, terms.tags, template=None)

    def _explained(self, ca: x509.Certificate, terms: Terms, error: ClientError) -> Registered:
        if _code(error) == "LimitExceededException":
            raise UnusableRegistration(
                f"10 authorities with the subject {ca.subject.rfc4514_string():.200} are registered in this "
                "account and Region, and AWS IoT takes no more; give this one a subject of its own, or "
                "deregister those that are not needed any more"
            ) from error
        if _code(error) != "ResourceAlreadyExistsException":
            raise error
        existing = self.find(certificate_id(ca))
        if existing is None:
            raise ForeignAuthority(
                f"the authority {certificate_id(ca)} is registered in another account of this Region, and in "
                "the mode DEFAULT one account alone can have it; deregister it there, or register it in the "
                "mode SNI_ONLY in both"
            ) from error
        return self.accepted(existing, terms.mode, strictly=True)

    def accepted(self, found: Registered, mode: CertificateMode, *, strictly: bool = False) -> Registered:
        """Give a registration back if it is this owner's (`strictly`: if it says so), and has the mode.

        Raises:
            ForeignAuthority, UnusableRegistration: it is not, it has not.
        """
        if found.owner != self.owner and (strictly or found.owner is not None):
            maker = f"the stack {found.owner.stack}" if found.owner else "somebody else, by hand"
            raise ForeignAuthority(
                f"the authority {found.id} is registered in this account and Region already, by {maker}; it "
                "is left as it is. Declare it in one place only, or deregister it there first"
            )
        if found.mode is not mode:
            raise UnusableRegistration(
                f"the authority {found.id} is registered in the mode {found.mode}, which AWS IoT never "
                f"changes; for {mode}, add a new authority with a certificate of its own"
            )
        return found

    def bring(self, found: Registered, wanted: Standing) -> None:
        """Change how far an authority is open: to open it, ACTIVE comes first; to close it, last.

        Raises:
            UnusableRegistration: its provisioning template cannot be taken off.
        """
        ca_id, auto_registration = found.id, found.standing.auto_registration
        if wanted.auto_registration and found.template is not None:
            self._iot.update_ca_certificate(certificateId=ca_id, removeAutoRegistration=True)
            auto_registration = False
        if not wanted.auto_registration and auto_registration:
            self._iot.update_ca_certificate(certificateId=ca_id, newAutoRegistrationStatus="DISABLE")
        if wanted.active != found.standing.active:
            self._iot.update_ca_certificate(
                certificateId=ca_id, newStatus="ACTIVE" if wanted.active else "INACTIVE"
            )
        if wanted.auto_registration and not auto_registration:
            self._iot.update_ca_certificate(certificateId=ca_id, newAutoRegistrationStatus="ENABLE")
        if wanted.auto_registration and found.template is not None:
            self._check_template_is_off(ca_id)

    def _check_template_is_off(self, ca_id: str) -> None:
        registered = self.find(ca_id)
        if registered is not None and registered.template is not None:
            raise UnusableRegistration(
                f"the authority {ca_id} has the provisioning template {registered.template:.100}, with which "
                "AWS IoT leaves out just-in-time registration; take it off (aws iot update-ca-certificate "
                f"--certificate-id {ca_id} --remove-auto-registration), and deploy again"
            )

    def change_tags(self, arn: str, change: TagChange) -> None:
        """Write tags and take tags off; nothing is called for nothing."""
        if change.put:
            tags = [{"Key": name, "Value": value} for name, value in change.put.items()]
            self._iot.tag_resource(resourceArn=arn, tags=tags)  # type: ignore[arg-type]  # a TypedDict's shape
        if change.drop:
            self._iot.untag_resource(resourceArn=arn, tagKeys=list(change.drop))

    def deregister_own(self, ca_id: str) -> None:
        """Take an authority out if it says that this owner registered it."""
        registered = self.find(ca_id)
        if registered is not None and registered.owner == self.owner:
            self.deregister(ca_id)

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


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]
