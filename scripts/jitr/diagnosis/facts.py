"""What was found about one certificate and the way it comes in: read once, at one moment, never changed.

A part is None where AWS says that it is not there, and `Unread` where the reader was not let in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from contract import SecondCertificate
from jitr.diagnosis.leaf import Leaf
from jitr.diagnosis.part import Unread
from jitr.diagnosis.way import Way
from jitr_stack.capacity import Capacity
from records.record import IssuanceRecord


class Kind(StrEnum):
    """What a diagnosis was asked about."""

    THING = "thing"
    CERTIFICATE = "certificate"
    FILE = "file"


@dataclass(frozen=True)
class Question:
    """What was asked; `client_id` is the one that the device connects with, where the person knows it."""

    kind: Kind
    text: str
    client_id: str | None = None


@dataclass(frozen=True)
class Place:
    """Where it was asked: environment, account, Region, and the beginning of AWS IoT's ARNs there."""

    environment: str
    region: str
    account: str
    local: bool = False
    partition: str = "aws"

    def arn(self, resource: str) -> str:
        """Give the ARN of a resource of AWS IoT: `cert/…`, `thing/…`, `topic/…`."""
        return f"arn:{self.partition}:iot:{self.region}:{self.account}:{resource}"

    def iam_role(self, name: str) -> str:
        """Give the ARN of a role; the stack's roles have no path."""
        return f"arn:{self.partition}:iam::{self.account}:role/{name}"


@dataclass(frozen=True)
class RegisteredCertificate:
    """A device's certificate as AWS IoT holds it."""

    id: str
    arn: str
    status: str
    authority: str | None
    """Certificate id of the authority that it was registered with."""
    created: datetime | None = None
    changed: datetime | None = None


@dataclass(frozen=True)
class RegisteredCa:
    """An authority as AWS IoT holds it."""

    status: str
    auto_registration: str
    template: str | None = None
    """Name of a provisioning template: then its devices are not registered by this stack."""
    changed: datetime | None = None
    mode: str = "DEFAULT"
    """SNI_ONLY: its devices must name their endpoint."""


@dataclass(frozen=True)
class Authority:
    """The authority of the certificate, as far as it is known."""

    id: str | None
    """None where it is known by its subject alone: nobody here holds such an authority."""
    subject: str
    name: str | None = None
    """In the environment."""
    state: str | None = None
    """In the environment's file: issuing, trusted, closed, retired."""
    held: RegisteredCa | Unread | None = None
    signed: bool | None = None
    """Whether its key made the certificate's signature; None where one of both is not there to be checked."""
    rivals: tuple[str, ...] = ()
    """Certificate ids of others with the same subject in the account."""

    @property
    def said(self) -> str:
        """Name it, for a sentence."""
        if self.name is not None:
            return f"authority {self.name}"
        return f"authority {self.id[:12]}…" if self.id else f"authority {self.subject}"


@dataclass(frozen=True)
class Thing:
    """A thing of the registry."""

    name: str
    type: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Attachment:
    """A thing that the certificate is attached to; `exclusive` is None where AWS does not say."""

    thing: str
    exclusive: bool | None = None


@dataclass(frozen=True)
class HeldPolicy:
    """An IoT policy, and what holds it: the certificate, or a thing group."""

    name: str
    document: str
    """JSON."""
    target: str
    """ARN of the holder."""

    @property
    def through_group(self) -> str | None:
        """Name of the thing group that holds it; None where the certificate does."""
        _, found, group = self.target.partition(":thinggroup/")
        return group if found else None


@dataclass(frozen=True)
class LogLine:
    """What the registration function logged about the certificate: its outcome, and why."""

    at: datetime
    outcome: str
    reason: str | None = None
    problem: str | None = None
    certificate_id: str | None = None
    thing_name: str | None = None


@dataclass(frozen=True)
class Refusal:
    """A connection that AWS IoT refused, from its own log."""

    at: datetime
    client_id: str | None
    reason: str


@dataclass(frozen=True)
class Other:
    """Another certificate of the same thing."""

    id: str
    status: str | None
    state: str | None


@dataclass(frozen=True)
class Facts:
    """All of it."""

    question: Question
    place: Place
    now: datetime
    certificate_id: str | None
    """None where a thing was asked for that no certificate is known of."""
    thing_name: str | None
    """By the record; else the name the certificate would give it; None where nobody knows."""
    device_policy: str | None = None
    """Name of the policy that the environment gives its devices."""
    second_certificate: SecondCertificate = SecondCertificate.REPLACE
    capacity: Capacity | None = None
    """How many messages the function takes, by the environment's file."""
    leaf: Leaf | None = None
    certificate: RegisteredCertificate | Unread | None = None
    authority: Authority | Unread | None = None
    record: IssuanceRecord | Unread | None = None
    holder: IssuanceRecord | Unread | None = None
    """Record of the certificate that has the thing."""
    thing: Thing | Unread | None = None
    attached: tuple[Attachment, ...] | Unread = ()
    policies: tuple[HeldPolicy, ...] | Unread = ()
    way: Way = field(default_factory=Way)
    log: tuple[LogLine, ...] | Unread = ()
    refusals: tuple[Refusal, ...] | Unread = ()
    others: tuple[Other, ...] | Unread = ()

    @property
    def client_id(self) -> str | None:
        """The client id that the connection is judged with."""
        return self.question.client_id or self.thing_name

    @property
    def status(self) -> str | None:
        """The certificate's status; None where AWS IoT does not hold it, or would not say."""
        return self.certificate.status if isinstance(self.certificate, RegisteredCertificate) else None
