"""When a message comes again: later each time, and not all at once."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from registration.message import Message

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

SHORTEST = 2.0
"""Seconds before the second delivery, at most; each further wait is twice as long."""
LONGEST = 900.0
"""Seconds: a quarter of an hour after whatever was wrong has passed, every message has come again."""
HIDDEN_AT_MOST = 43_200
"""Seconds that SQS hides a message (ChangeMessageVisibility)."""


@dataclass(frozen=True)
class Again:
    """A message that was not settled, and the seconds until it comes again."""

    message: Message
    seconds: int


def seconds_until_again(
    receive_count: int,
    not_before: datetime | None,
    now: datetime,
    uniform: Callable[[float, float], float] = random.uniform,
) -> int:
    """Give the wait before a message's next delivery, in whole seconds.

    Between half and the whole of a wait that doubles with each delivery (AWS Builders' Library, "Timeouts,
    retries, and backoff with jitter").

    Args:
        receive_count: deliveries so far, from 1.
        not_before: before which a delivery is in vain, if known.
        now: with its zone.
        uniform: the source of chance.
    """
    # A wait that doubled ten times is past the longest; more would overflow.
    grown = min(LONGEST, SHORTEST * 2 ** min(receive_count - 1, 10))
    seconds = uniform(grown / 2, grown)
    if not_before is not None and not_before > now:
        # The claim that it waits for lapses for many at once, after a function died.
        seconds = (not_before - now).total_seconds() + uniform(0, SHORTEST)
    return min(HIDDEN_AT_MOST, ceil(seconds))


class RegistrationQueue:
    """The queue that the messages come from."""

    def __init__(self, sqs: "SQSClient", url: str, retention: timedelta) -> None:
        self._sqs = sqs
        self._url = url
        self._retention = retention

    def outlives(self, message: Message, seconds: int, now: datetime) -> bool:
        """Tell whether the queue still has a message when it would come again, or will have dropped it."""
        return now + timedelta(seconds=seconds) < message.sent_at + self._retention

    def hide(self, returning: Sequence[Again]) -> None:
        """Set when each of up to ten messages comes again.

        A message that could not be hidden comes after the queue's own visibility timeout.

        Raises:
            botocore's errors: then so do all.
        """
        if returning:
            self._sqs.change_message_visibility_batch(
                QueueUrl=self._url,
                Entries=[
                    {
                        "Id": str(number),
                        "ReceiptHandle": again.message.receipt_handle,
                        "VisibilityTimeout": again.seconds,
                    }
                    for number, again in enumerate(returning)
                ],
            )
