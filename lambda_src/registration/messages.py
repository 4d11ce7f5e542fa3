"""A batch of queue messages, each handled on its own, and which of them must come again."""

import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import ClientError

import telemetry
from registration.events import RefusedEvent, read_event
from registration.register import Registrar
from registration.settings import Settings

OPERATION = "registration"


@dataclass(frozen=True)
class Message:
    """A message as the queue handed it out."""

    message_id: str
    body: str
    receive_count: int
    """1 at the first delivery."""

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
        )


def unsettled(
    messages: Iterable[Message], registrar: Registrar, settings: Settings, deadline: datetime
) -> list[str]:
    """Handle the messages one after the other, and give the ids of those that are not settled.

    The queue hands those out again, and after too many attempts moves them to the dead-letter queue.
    """
    return [message.message_id for message in messages if not settle(message, registrar, settings, deadline)]


def settle(message: Message, registrar: Registrar, settings: Settings, deadline: datetime) -> bool:
    """Handle one message, report how it ended, and say whether it is settled.

    Nothing is raised: what goes wrong with one message must not hold up the others of its batch.
    """
    known: dict[str, object] = {"message_id": message.message_id, "receive_count": message.receive_count}
    try:
        event = read_event(message.body, settings)
        known |= {"certificate_id": event.certificate_id, "ca_certificate_id": event.ca_certificate_id}
        outcome = registrar.register(event, redelivered=message.receive_count > 1, deadline=deadline)
    except RefusedEvent as refusal:
        # It can never succeed. Left unsettled so that it ends in the dead-letter queue, where it can be read.
        _report("refused", known, reason=refusal.reason, problem=refusal)
        return False
    except Exception as error:  # noqa: BLE001 reported with its traceback, and the queue tries again
        _report("retried", known, reason=reason_of(error), problem=error, traceback=traceback.format_exc())
        return False
    _report(outcome.name, known, reason=outcome.reason, thing_name=outcome.thing_name)
    return True


def reason_of(error: Exception) -> str:
    """Give the reason of a failure as a code: AWS's own error code, or the name of the exception."""
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"]
    return type(error).__name__


def _report(outcome: str, known: Mapping[str, object], *, reason: str | None, **fields: object) -> None:
    telemetry.report(outcome, operation=OPERATION, reason=reason, **known, **fields)
