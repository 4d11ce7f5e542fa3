"""The registration queue and its dead letters, as an operator handles them."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from contract import Output
from jitr import deployed
from jitr.target import Target

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

BATCH = 10
"""Messages of one call, at most (SQS API reference)."""
COUNTS: "Sequence[QueueAttributeNameType]" = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
LOOKED_EVERY = 0.25  # seconds


@dataclass(frozen=True)
class DeadLetter:
    """A message in the dead-letter queue; `reason` is None where it does not say why it is there."""

    body: str
    reason: str | None
    seen: float
    """When it was read, of `time.monotonic()`."""


@dataclass(frozen=True)
class Queues:
    """Both queues of a deployed environment."""

    sqs: "SQSClient"
    registration: str
    dead: str

    @classmethod
    def of(cls, target: Target) -> "Queues":
        """Find them by the stack's outputs."""
        return cls(
            target.session.client("sqs"),
            deployed.output(target, Output.REGISTRATION_QUEUE),
            deployed.output(target, Output.DEAD_LETTER_QUEUE),
        )

    def deliver(self, bodies: Iterable[str]) -> None:
        """Put messages into the registration queue, in this order."""
        remaining = iter(bodies)
        while batch := list(islice(remaining, BATCH)):
            self.sqs.send_message_batch(
                QueueUrl=self.registration,
                Entries=[{"Id": str(number), "MessageBody": body} for number, body in enumerate(batch)],
            )

    def waiting(self) -> int:
        """Count the messages that are not settled: in the queue, with a function, or delayed."""
        return self._count(self.registration)

    def await_settled(self, patience: float) -> int:
        """Wait until every message is settled, or `patience` seconds are over; give how many are not."""
        until = time.monotonic() + patience
        while (waiting := self.waiting()) and time.monotonic() < until:
            time.sleep(LOOKED_EVERY)
        return waiting

    def dead_letters(self) -> int:
        """Count the dead letters."""
        return self._count(self.dead)

    def take_dead_letters(self) -> list[DeadLetter]:
        """Read and remove the dead letters that can be had now."""
        taken: list[DeadLetter] = []
        while messages := self.sqs.receive_message(
            QueueUrl=self.dead, MaxNumberOfMessages=BATCH, MessageAttributeNames=["All"]
        ).get("Messages"):
            for message in messages:
                attributes = message.get("MessageAttributes", {})
                reason = attributes["Reason"]["StringValue"] if "Reason" in attributes else None
                taken.append(DeadLetter(message["Body"], reason, time.monotonic()))
                self.sqs.delete_message(QueueUrl=self.dead, ReceiptHandle=message["ReceiptHandle"])
        return taken

    def empty(self) -> None:
        """Remove what earlier scenarios left."""
        for queue in (self.registration, self.dead):
            self.sqs.purge_queue(QueueUrl=queue)

    @contextmanager
    def visibility(self, seconds: int) -> Iterator[int]:
        """Hand out messages again after `seconds`, if that is sooner than deployed; give what holds now."""
        name: QueueAttributeNameType = "VisibilityTimeout"
        answer = self.sqs.get_queue_attributes(QueueUrl=self.registration, AttributeNames=[name])
        deployed_ = answer["Attributes"][name]
        shorter = min(seconds, int(deployed_))
        self.sqs.set_queue_attributes(QueueUrl=self.registration, Attributes={name: str(shorter)})
        try:
            yield shorter
        finally:
            self.sqs.set_queue_attributes(QueueUrl=self.registration, Attributes={name: deployed_})

    def _count(self, queue: str) -> int:
        found = self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=COUNTS)["Attributes"]
        return sum(int(found[name]) for name in COUNTS)
