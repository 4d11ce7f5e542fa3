"""The way of an event: topic rule, queue, event source mapping, function, and the dead-letter queue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contract import SecondCertificate
from jitr.diagnosis.part import Unread


@dataclass(frozen=True)
class Denial:
    """An action that a role may not do, on what, and whether a policy says so in so many words."""

    action: str
    resource: str
    explicit: bool = False


@dataclass(frozen=True)
class Rule:
    """A topic rule: the stack's own for the authority, or another that covers its events."""

    name: str
    own: bool = False
    there: bool = True
    """False where the stack's own was deleted."""
    disabled: bool = False
    sql: str = ""
    queues: tuple[str, ...] = ()
    """URLs that it sends to."""
    payload: Mapping[str, Any] = field(default_factory=dict)
    """As GetTopicRule gives it, without what only AWS sets."""

    @property
    def role(self) -> str | None:
        """The role (ARN) with which it sends to queues."""
        actions = self.payload.get("actions", ())
        roles = [action["sqs"].get("roleArn") for action in actions if "sqs" in action]
        return roles[0] if roles else None


@dataclass(frozen=True)
class Queue:
    """A queue and what is in it; the numbers are SQS's approximate ones."""

    url: str
    arn: str
    waiting: int = 0
    in_flight: int = 0
    delayed: int = 0

    @property
    def messages(self) -> int:
        """All of them."""
        return self.waiting + self.in_flight + self.delayed


@dataclass(frozen=True)
class Consumer:
    """The event source mapping between queue and function."""

    id: str
    state: str
    changed: datetime | None = None
    result: str | None = None
    """What Lambda says of its last attempt; a problem begins with PROBLEM."""


@dataclass(frozen=True)
class Function:
    """The registration function."""

    name: str
    role: str
    """ARN."""
    log_group: str
    state: str = "Active"
    state_reason: str | None = None
    reserved: int | None = None
    """Reserved concurrency; 0 switches it off."""
    authorities: frozenset[str] = frozenset()
    """Certificate ids whose events it takes."""
    adopted: frozenset[str] = frozenset()
    """Those of them whose certificates need no record."""
    second_certificate: SecondCertificate | None = None
    """The rule that it was deployed with; None where an earlier version was."""


@dataclass(frozen=True)
class DeadLetter:
    """A dead letter about the certificate."""

    message_id: str
    sent: datetime | None
    reason: str | None = None
    problem: str | None = None
    by_rule: bool = False
    """Whether the topic rule sent it, because it could not reach the queue."""


@dataclass(frozen=True)
class DeadLetters:
    """Those about the certificate, of how many that were looked at, of about how many there are."""

    about: tuple[DeadLetter, ...] = ()
    looked_at: int = 0
    about_in_all: int = 0


@dataclass(frozen=True)
class Way:
    """All of it; None is what AWS says is not there."""

    rules: tuple[Rule, ...] | Unread = ()
    """Those whose topic covers the authority's events, and the stack's own for that authority."""
    rule_denials: tuple[Denial, ...] | Unread = ()
    queue: Queue | Unread | None = None
    consumer: Consumer | Unread | None = None
    function: Function | Unread | None = None
    denials: tuple[Denial, ...] | Unread = ()
    dead_letters: DeadLetters | Unread = DeadLetters()
