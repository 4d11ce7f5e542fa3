"""Settings of a certificate authority: who holds its key, what it is, and how far it is open."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from contract import CertificateMode, Custody, KeyAlgorithm, Openness
from jitr_stack import authority_certificates, naming
from jitr_stack.setting_types import Flag

Tags = Annotated[dict[str, str], AfterValidator(naming.check_tags)]
Days = Annotated[int, Field(strict=True, ge=1, le=36500)]

OPENNESS = {
    "issuing": Openness.OPEN,
    "trusted": Openness.OPEN,
    "closed": Openness.CLOSED,
    "retired": Openness.RETIRED,
}
"""What a state means for the registration; who signs is the issuance function's affair."""

OF_THE_CERTIFICATE = ("algorithm", "validity_days", "subject")
"""Settings that a given certificate settles."""


class Strict(BaseModel):
    """A table of the file: unknown keys are refused, nothing changes after loading.

    What stands below a field is its description, in docs/settings.md too.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Subject(Strict):
    """Distinguished name of an authority; sizes are the upper bounds of RFC 5280, appendix A.1."""

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    """Two letters, as in ISO 3166."""
    state: Annotated[str, StringConstraints(min_length=1, max_length=128)] | None = None
    """State or province."""
    locality: Annotated[str, StringConstraints(min_length=1, max_length=128)] | None = None
    """City."""
    organization: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    """Who runs it."""
    organizational_unit: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    """Part of that."""
    common_name: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    """Without one it is `<environment> <authority> device CA`, which no other authority has."""

    @field_validator("*")
    @classmethod
    def printable(cls, value: str | None) -> str | None:
        """Refuse control characters and blank ends, which no certificate should carry."""
        if value is not None and (not value.isprintable() or value != value.strip()):
            raise ValueError("must be printable, without blanks at its ends")
        return value

    def fields(self) -> dict[str, str]:
        """Give the attributes that are set, most general first."""
        return self.model_dump(exclude_none=True)


class Authority(Strict):
    """A certificate authority of the fleet.

    `issuing` signs new certificates; `trusted` admits its own devices and signs no more; `closed` keeps the
    devices it has; `retired` is INACTIVE. An `external` authority's key is its owner's, who gives the
    certificate; one of ours may carry a certificate that the owner's root signed, too.
    """

    state: Literal["issuing", "trusted", "closed", "retired"] = "issuing"
    """`issuing` (exactly one signs), `trusted` (admits its devices), `closed` (no new ones), `retired`
    (INACTIVE)."""
    custody: Custody = Custody.KMS
    """Who holds the key: `kms`, `secrets_manager` (exportable), `external` (its owner)."""
    mode: CertificateMode = CertificateMode.DEFAULT
    """`SNI_ONLY`: the same authority in many accounts and Regions; `DEFAULT`: in one account of a Region."""
    algorithm: KeyAlgorithm = KeyAlgorithm.P256
    """Of its key; `RSA-2048` in Secrets Manager only."""
    validity_days: Days = 3650
    """Days that the authority's certificate is valid."""
    subject: Subject = Subject()
    """Its distinguished name."""
    certificate: str | None = None
    """The owner's certificate and its chain: a file beside the environment's, or PEM."""
    verification_certificate: str | None = None
    """Of an external authority in mode `DEFAULT`: a file, or PEM."""
    tags: Tags = Field(default_factory=dict)
    """On its registration, beside those of the environment."""
    replace: Flag = False
    """Whether it may become another authority, which loses the first."""

    @field_validator("certificate", "verification_certificate", mode="before")
    @classmethod
    def from_file(cls, value: object, info: ValidationInfo) -> object:
        """Read the file that is named, beside the environment's; PEM itself stays."""
        if not isinstance(value, str) or value.lstrip().startswith("-----BEGIN"):
            return value
        folder: Path = info.context["folder"] if info.context else Path()
        return authority_certificates.read(folder / value)

    @model_validator(mode="after")
    def held_where_it_can_be(self) -> Self:
        """Refuse what the custody cannot do."""
        if self.custody is Custody.KMS and self.algorithm is KeyAlgorithm.RSA2048:
            raise ValueError(
                'algorithm RSA-2048 needs custody = "secrets_manager"; kms offers P-256 and P-384'
            )
        if self.custody is Custody.EXTERNAL and self.state == "issuing":
            raise ValueError(
                'state "issuing" needs a key that is held here; an external authority is "trusted"'
            )
        return self

    @model_validator(mode="after")
    def certified_as_it_must_be(self) -> Self:
        """Check the certificates that are given, and that they are given where they are needed."""
        if self.custody is Custody.EXTERNAL and self.certificate is None:
            raise ValueError("custody external needs certificate: the authority's own, PEM or a file's name")
        if self.certificate is not None:
            self._check_given(self.certificate)
        elif self.verification_certificate is not None:
            raise ValueError(
                "verification_certificate goes with custody external; others get one by themselves"
            )
        return self

    def _check_given(self, certificate: str) -> None:
        settled = (
            set(OF_THE_CERTIFICATE) if self.custody is Custody.EXTERNAL else {"validity_days", "subject"}
        )
        if said := [name for name in settled if name in self.model_fields_set]:
            raise ValueError(f"{said[0]} comes from the certificate that is given; leave it out")
        ca = authority_certificates.checked_chain(certificate)[0]
        needed = self.custody is Custody.EXTERNAL and self.mode is CertificateMode.DEFAULT
        if needed and self.verification_certificate is None:
            raise ValueError(
                "mode DEFAULT needs verification_certificate, signed by the authority: its request comes "
                "from `jitr ca verification-csr`; mode SNI_ONLY needs none"
            )
        if not needed and self.verification_certificate is not None:
            raise ValueError("verification_certificate goes with custody external in mode DEFAULT only")
        if self.verification_certificate is not None:
            authority_certificates.check_verification(self.verification_certificate, ca)

    @property
    def openness(self) -> Openness:
        """How far it is open to devices."""
        return OPENNESS[self.state]

    def identity(self) -> dict[str, Any]:
        """Give what makes it the authority it is: change it, and it is another one."""
        kept = {"custody": self.custody.value, "mode": self.mode.value}
        if self.certificate:
            return kept | {"certificate_id": authority_certificates.id_of(self.certificate)}
        return {
            **kept,
            "algorithm": self.algorithm.value,
            "validity_days": self.validity_days,
            "subject": self.subject.fields(),
        }


def with_common_name(environment: str, name: str, authority: object) -> object:
    """Give an authority, as a file or code has it, the common name that it does not have."""
    if isinstance(authority, Authority):  # made in code, not read from a file
        authority = authority.model_dump(exclude_unset=True)
    if not isinstance(authority, dict) or not isinstance(authority.get("subject", {}), dict):
        return authority
    if "certificate" in authority:
        return authority  # which has a subject
    subject = {"common_name": f"{environment} {name} device CA"} | authority.get("subject", {})
    return authority | {"subject": subject}
