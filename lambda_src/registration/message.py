"""A message as the queue handed it out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Message:
    """A message of the registration queue."""

    message_id: str
    body: str
    receive_count: int
    """1 at the first delivery."""
    receipt_handle: str
    sent_at: datetime

    @classmethod
    def from_sqs(cls, record: Mapping[str, object]) -> "Message":
        """Read a message from the event that Lambda makes of a batch.

        https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
        The envelope is Lambda's own and trusted; only the body is not.
        """
        attributes = record["attributes"]
        if not isinstance(attributes, Mapping):
            raise TypeError(f"A message's attributes are {type(attributes).__name__}, expected an object.")
        return cls(
            message_id=str(record["messageId"]),
            body=str(record["body"]),
            receive_count=int(attributes["ApproximateReceiveCount"]),
            receipt_handle=str(record["receiptHandle"]),
            sent_at=datetime.fromtimestamp(int(attributes["SentTimestamp"]) / 1000, UTC),
        )
