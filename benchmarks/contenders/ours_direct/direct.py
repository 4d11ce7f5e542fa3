"""Our registration function without its queue: the rule's event, wrapped as the only message of a batch."""

import json
from typing import Any
from uuid import uuid4

from registration.handler import handle as handle_batch


class Unsettled(Exception):  # noqa: N818 named for what happened
    """The function asks for the message again; without a queue only Lambda's own retries can give it."""


def handle(event: dict[str, Any], context: Any) -> None:  # noqa: ANN401  Lambda's own object
    """Register the device of an event.

    Raises:
        Unsettled: so that Lambda tries the event again, as it does with a failed asynchronous invocation.
    """
    answer = handle_batch({"Records": [as_message(event)]}, context)
    if answer["batchItemFailures"]:
        raise Unsettled(event["certificateId"])


def as_message(event: dict[str, Any]) -> dict[str, Any]:
    """Give an event as Lambda's poller hands over a message that the queue gave out for the first time.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
    """
    now = str(event["timestamp"])
    return {
        "messageId": str(uuid4()),
        "receiptHandle": "none",
        "body": json.dumps(event),
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": now,
            "SenderId": event["awsAccountId"],
            "ApproximateFirstReceiveTimestamp": now,
        },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "",
        "awsRegion": "",
    }
