"""Entry point of the registration function: a batch of messages from the registration queue.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html (ReportBatchItemFailures)
"""

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Protocol, TypedDict, cast

from botocore.config import Config
from botocore.session import get_session

from records.table import IssuanceRecords
from registration.certificates import Certificates
from registration.messages import Message, unsettled
from registration.register import Registrar, utc_now
from registration.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iot import IoTClient

CALLS = Config(
    connect_timeout=2,
    read_timeout=5,
    # The queue tries again, and later; an attempt of the SDK's own only bridges a hiccup.
    retries={"mode": "standard", "total_max_attempts": 2},
)


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


@cache
def registrar() -> Registrar:
    """Make the clients once, so that later batches find open connections."""
    # botocore as it is: boto3 on top of it would only add to the time a cold start takes.
    session = get_session()
    dynamodb = cast("DynamoDBClient", session.create_client("dynamodb", config=CALLS))
    iot = cast("IoTClient", session.create_client("iot", config=CALLS))
    return Registrar(
        IssuanceRecords(dynamodb, settings().records_table),
        Certificates(iot, settings().account),
        settings().device_policy,
    )


def handle(event: QueueEvent, context: Context) -> BatchAnswer:
    """Register the devices that a batch of messages is about.

    Raises:
        MisconfiguredFunction: when the function itself is wrong; then the whole batch comes again.
    """
    deadline = utc_now() + timedelta(milliseconds=context.get_remaining_time_in_millis())
    messages = [Message.from_sqs(record) for record in event["Records"]]
    failed = unsettled(messages, registrar(), settings(), deadline)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
