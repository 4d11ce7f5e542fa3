"""Dead letters, looked at and left where they are."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jitr.diagnosis.reading.consumer import queue
from jitr.diagnosis.reading.reader import Reader
from jitr.diagnosis.way import DeadLetter, DeadLetters

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

AT_ONCE = 10
"""Messages of one ReceiveMessage."""
LOOKS = 30
"""Calls at most: some hundred letters. SQS hands out samples, so a few more are made than would be enough."""
IN_VAIN = 3
"""Calls that show nothing new, after which no more are made."""


def dead_letters(reader: Reader, url: str, certificate_id: str) -> DeadLetters:
    """Look for letters about a certificate; each is visible to others again at once."""
    there = queue(reader, url)
    if there is None or there.messages == 0:
        return DeadLetters()
    seen: dict[str, MessageTypeDef] = {}
    in_vain = 0
    for _ in range(LOOKS):
        before = len(seen)
        seen |= {message["MessageId"]: message for message in _look(reader, url)}
        in_vain = in_vain + 1 if len(seen) == before else 0
        if in_vain == IN_VAIN or len(seen) >= there.messages:
            break
    letters = [letter_of(message) for message in seen.values() if certificate_id in _about(message["Body"])]
    ordered = sorted(letters, key=lambda letter: letter.sent or datetime.min.replace(tzinfo=UTC))
    return DeadLetters(tuple(ordered), len(seen), max(there.messages, len(seen)))


def _look(reader: Reader, url: str) -> "list[MessageTypeDef]":
    answer = reader.sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=AT_ONCE,
        VisibilityTimeout=0,
        MessageAttributeNames=["All"],
        MessageSystemAttributeNames=["SentTimestamp"],
    )
    return answer.get("Messages", [])


def letter_of(message: "MessageTypeDef") -> DeadLetter:
    """Read what a dead letter says of itself: of the function's, its attributes; of a rule's, the failure."""
    attributes: Mapping[str, Any] = message.get("MessageAttributes", {})
    failures = _fields(message["Body"]).get("failures")
    by_rule = isinstance(failures, list)
    failure = failures[0] if isinstance(failures, list) and failures else {}
    sent = message.get("Attributes", {}).get("SentTimestamp")
    return DeadLetter(
        message["MessageId"],
        sent=datetime.fromtimestamp(int(sent) / 1000, UTC) if sent else None,
        reason=failure.get("failedAction") if by_rule else _text(attributes, "Reason"),
        problem=failure.get("errorMessage") if by_rule else _text(attributes, "Problem"),
        by_rule=by_rule,
    )


def _text(attributes: Mapping[str, Any], name: str) -> str | None:
    return attributes[name].get("StringValue") if name in attributes else None


def _about(body: str) -> str:
    """Give the text of the event in a letter: a rule's letter carries it in base64."""
    wrapped = _fields(body).get("base64OriginalPayload")
    if not isinstance(wrapped, str):
        return body
    try:
        return base64.b64decode(wrapped).decode("utf-8", "replace")
    except ValueError:
        return body


def _fields(body: str) -> Mapping[str, Any]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
