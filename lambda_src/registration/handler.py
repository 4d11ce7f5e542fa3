"""Entry point of the registration function: a batch of messages from the registration queue.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html (ReportBatchItemFailures)
"""

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Protocol, TypedDict

from registration.batch import Batch
from registration.desk import desk
from registration.message import Message
from registration.register import utc_now
from registration.settings import Settings


class Context(Protocol):
    """What is used of the context object that Lambda passes."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends this run."""


class QueueEvent(TypedDict):
    """A batch of messages, as Lambda's poller hands it over."""

    Records: Sequence[Mapping[str, object]]


class ItemFailure(TypedDict):
    """A message that must come again."""

    itemIdentifier: str


class BatchAnswer(TypedDict):
    """Which messages of the batch must come again."""

    batchItemFailures: list[ItemFailure]


@cache
def settings() -> Settings:
    """Read the settings once."""
    return Settings.read(os.environ)


def handle(event: QueueEvent, context: Context) -> BatchAnswer:
    """Register the devices that a batch of messages is about.

    Raises:
        MisconfiguredFunction: when the function itself is wrong; then the whole batch comes again.
    """
    deadline = utc_now() + timedelta(milliseconds=context.get_remaining_time_in_millis())
    messages = [Message.from_sqs(record) for record in event["Records"]]
    failed = Batch(desk(settings()), deadline).handle(messages)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
