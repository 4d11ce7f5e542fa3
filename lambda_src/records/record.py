"""One issuance record, and its shape in DynamoDB."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

import registry
from contract import CERTIFICATE_ID, RECORD_KEY
from records.provisioning import PLAIN, Provisioning
from records.state import State

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Item = Mapping[str, AttributeValueTypeDef]

SHA256 = CERTIFICATE_ID
"""Other hashes, of a public key and of a request, are written as a certificate's id is."""
PATTERNS = MappingProxyType(
    {
        "certificate_id": CERTIFICATE_ID,
        "issuer": CERTIFICATE_ID,
        "public_key_hash": SHA256,
        "thing_name": registry.NAME,
        # RFC 5280, 4.1.2.2: positive, at most 20 octets.
        "serial": re.compile(r"[0-9a-f]{1,40}"),
        "subject": re.compile(r".+", re.DOTALL),
        "certificate": re.compile(r"-----BEGIN CERTIFICATE-----\r?\n.+", re.DOTALL),
    }
)
"""What the text fields must look like, whether they come from the issuer or from the table."""

REQUIRED_TIMES = ("issued_at", "not_before", "not_after")
OPTIONAL_TIMES = ("updated_at", "claimed_until", "registered_at")


class Source(StrEnum):
    """How a certificate came to have a record."""

    ISSUED = "issued"
    """The issuance function signed it."""
    IMPORTED = "imported"
    """It was signed elsewhere with the authority's key, and an operator recorded it."""
    ADOPTED = "adopted"
    """An external authority signed it, and the registration recorded it when its device first came."""


class InvalidRecord(ValueError):  # noqa: N818 named for what is wrong, as the other refusals are
    """An issuance record, read or about to be written, has a field that is missing or not what it must be."""


@dataclass(frozen=True, kw_only=True)
class IssuanceRecord:
    """What the authority signed, for whom, and what became of it.

    Raises:
        InvalidRecord: when a field is not what it must be; records are checked both when made and when read.
    """

    certificate_id: str
    """Lowercase hex SHA-256 of the certificate's DER: the id that AWS IoT gives it, and the table's key."""
    thing_name: str
    subject: str
    """RFC 4514."""
    serial: str
    """Lowercase hex."""
    public_key_hash: str
    """Lowercase hex SHA-256 of the SubjectPublicKeyInfo."""
    issuer: str
    """Certificate id of the authority."""
    issued_at: datetime
    not_before: datetime
    not_after: datetime
    certificate: str
    """PEM."""
    request_digest: str | None = None
    """Lowercase hex SHA-256 of the certificate signing request's DER; None where it was imported, since
    whoever signed it kept the request."""
    source: Source = Source.ISSUED
    provisioning: Provisioning = PLAIN
    """What else than a name the thing has; settled when the certificate is signed or imported."""
    state: State = State.ISSUED
    reason: str | None = None
    """Why it has this state, where there is more to say than the state does."""
    updated_at: datetime | None = None
    """When the state last changed; None until it did."""
    claimed_until: datetime | None = None
    """Until when the run that is activating it may still be alive; None until one claimed it, and again
    once it is registered. On a tombstone: the certificate was switched off while a run held the claim."""
    registered_at: datetime | None = None
    """When a registration last set it ACTIVE; None until one did. Kept on a tombstone."""
    former: str | None = None
    """Certificate id of the one that had its thing before it; None as long as it took the thing from none."""
    only: bool = field(default=False, compare=False)
    """Whether no other certificate was ever recorded for its thing; the table keeps it, not who makes one."""
    replaces: tuple[str, ...] = ()
    """Certificate ids to be switched off once this one is ACTIVE: those that had its thing before."""
    supersedes: str | None = None
    """Certificate id of the one that an operator said it replaces, whatever the environment's rule is."""

    def __post_init__(self) -> None:
        for name, pattern in PATTERNS.items():
            value = getattr(self, name)
            if not isinstance(value, str) or not pattern.fullmatch(value):
                raise self._invalid(name, value, f"text like {pattern.pattern}")
        self._check_request_digest()
        if not isinstance(self.provisioning, Provisioning):
            raise self._invalid("provisioning", self.provisioning, "a Provisioning")
        for name in REQUIRED_TIMES + OPTIONAL_TIMES:
            value = getattr(self, name)
            if value is None and name in OPTIONAL_TIMES:
                continue
            if not isinstance(value, datetime) or value.tzinfo is None:
                raise self._invalid(name, value, "a time with its zone")
        if self.state is State.ACTIVATING and self.claimed_until is None:
            raise self._invalid("claimed_until", None, "a time, since the state is activating")
        others = (*self.replaces, *(one for one in (self.former, self.supersedes) if one is not None))
        if not all(CERTIFICATE_ID.fullmatch(other) for other in others):
            expected = f"texts like {CERTIFICATE_ID.pattern}"
            raise self._invalid("replaces, former or supersedes", others, expected)

    def _check_request_digest(self) -> None:
        if self.source is Source.ISSUED and not SHA256.fullmatch(self.request_digest or ""):
            raise self._invalid("request_digest", self.request_digest, f"text like {SHA256.pattern}")
        if self.source is not Source.ISSUED and self.request_digest is not None:
            expected = f"none, since the source is {self.source}"
            raise self._invalid("request_digest", self.request_digest, expected)

    def _invalid(self, name: str, value: object, expected: str) -> InvalidRecord:
        return InvalidRecord(
            f"Issuance record {self.certificate_id!r:.80}: {name} is {value!r:.80}, expected {expected}."
        )

    def to_item(self) -> "dict[str, AttributeValueTypeDef]":
        """Give the record as a DynamoDB item: every field a string, absent where it is None.

        What is provisioned is JSON, absent where it is a name alone.
        """
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        values[RECORD_KEY] = values.pop("certificate_id")
        values["provisioning"] = None if self.provisioning == PLAIN else self.provisioning.to_json()
        values["replaces"] = " ".join(self.replaces) or None
        values["only"] = "yes" if self.only else None
        return {
            name: {"S": timestamp(value) if isinstance(value, datetime) else str(value)}
            for name, value in values.items()
            if value is not None
        }

    @classmethod
    def from_item(cls, item: "Item") -> "IssuanceRecord":
        """Read a record from a DynamoDB item; attributes that this version does not know are ignored.

        Raises:
            InvalidRecord: when a field is missing, of another type, or does not have its form.
        """
        try:
            return cls(
                certificate_id=item[RECORD_KEY]["S"],
                thing_name=item["thing_name"]["S"],
                subject=item["subject"]["S"],
                serial=item["serial"]["S"],
                public_key_hash=item["public_key_hash"]["S"],
                issuer=item["issuer"]["S"],
                issued_at=datetime.fromisoformat(item["issued_at"]["S"]),
                not_before=datetime.fromisoformat(item["not_before"]["S"]),
                not_after=datetime.fromisoformat(item["not_after"]["S"]),
                certificate=item["certificate"]["S"],
                request_digest=item["request_digest"]["S"] if "request_digest" in item else None,
                source=Source(item["source"]["S"]) if "source" in item else Source.ISSUED,
                provisioning=optional_provisioning(item),
                state=State(item["state"]["S"]),
                reason=item["reason"]["S"] if "reason" in item else None,
                updated_at=optional_time(item, "updated_at"),
                claimed_until=optional_time(item, "claimed_until"),
                registered_at=optional_time(item, "registered_at"),
                former=item["former"]["S"] if "former" in item else None,
                only="only" in item,
                replaces=tuple(item["replaces"]["S"].split()) if "replaces" in item else (),
                supersedes=item["supersedes"]["S"] if "supersedes" in item else None,
            )
        except InvalidRecord:
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidRecord(
                f"Issuance record {item.get(RECORD_KEY)!r:.100} cannot be read: {error!r}."
            ) from error


def optional_time(item: "Item", name: str) -> datetime | None:
    """Read a time that may be absent."""
    return datetime.fromisoformat(item[name]["S"]) if name in item else None


def optional_provisioning(item: "Item") -> Provisioning:
    """Read what is provisioned besides a name."""
    return Provisioning.from_json(item["provisioning"]["S"]) if "provisioning" in item else PLAIN


def timestamp(time: datetime) -> str:
    """Write a time as ISO 8601 in UTC, always in the same form, so that equal times are equal strings."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")
