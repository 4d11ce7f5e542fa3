"""One message of the dead-letter queue: how it got there, and what of it can be sent back."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from contract import CERTIFICATE_ID
from registration.refusal import Reason

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

UNDELIVERED = "undelivered"
"""SQS gave it up: so many deliveries, and none of them came to an end."""
NOT_QUEUED = "rule_action_failed"
"""The topic rule could not put the event into the queue; its error action sent it here."""
HOPELESS = frozenset({Reason.MALFORMED, Reason.WRONG_ACCOUNT, Reason.WRONG_CA})
"""Reasons that another delivery does not change: such a message is sent back only where it is asked for."""


@dataclass(frozen=True)
class Letter:
    """A dead letter.

    `body` is what the registration queue should get; `certificate_id` is None where it names none.
    """

    message_id: str
    receipt_handle: str
    reason: str
    problem: str
    certificate_id: str | None
    body: str
    since: datetime
    """When it was sent to the dead-letter queue; of one that SQS moved, to the registration queue."""
    receives: int
    """How often the dead-letter queue has handed it out."""

    @property
    def hopeless(self) -> bool:
        """Whether another delivery would end in the same way."""
        return self.reason in HOPELESS

    def fields(self) -> dict[str, object]:
        """Give it by name."""
        return {
            "message_id": self.message_id,
            "reason": self.reason,
            "problem": self.problem,
            "certificate_id": self.certificate_id,
            "since": self.since.isoformat(timespec="seconds"),
            "receives": self.receives,
        }


def read_letter(message: "MessageTypeDef") -> Letter:
    """Read a message of the dead-letter queue, whoever put it there."""
    body, system = message["Body"], message.get("Attributes", {})
    reason, problem, body = _story(body, message)
    return Letter(
        message_id=message["MessageId"],
        receipt_handle=message["ReceiptHandle"],
        reason=reason,
        problem=problem,
        certificate_id=_certificate_id(body),
        body=body,
        since=datetime.fromtimestamp(int(system.get("SentTimestamp", "0")) / 1000, UTC),
        receives=int(system.get("ApproximateReceiveCount", "0")),
    )


def _story(body: str, message: "MessageTypeDef") -> tuple[str, str, str]:
    """Give reason, problem, and the body that the registration queue should get."""
    attributes = {
        name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()
    }
    if "Reason" in attributes:
        return attributes["Reason"], attributes.get("Problem", ""), body
    document = _json_object(body)
    if "base64OriginalPayload" in document:
        return NOT_QUEUED, _failures(document), _original(document)
    if CERTIFICATE_ID.fullmatch(str(document.get("certificateId"))):
        return UNDELIVERED, "no delivery came to an end: the function was ended each time", body
    return Reason.MALFORMED.value, "no event of AWS IoT's, and nobody says where it comes from", body


def _json_object(body: str) -> Mapping[str, object]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _failures(document: Mapping[str, object]) -> str:
    """Say why the rule's action failed (AWS IoT developer guide, "Error handling (error action)")."""
    failures = document.get("failures")
    found = [each for each in failures if isinstance(each, dict)] if isinstance(failures, list) else []
    return "; ".join(str(each.get("errorMessage") or each) for each in found)[:1024] or "unknown"


def _original(document: Mapping[str, object]) -> str:
    try:
        return base64.b64decode(str(document["base64OriginalPayload"]), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return str(document["base64OriginalPayload"])


def _certificate_id(body: str) -> str | None:
    found = _json_object(body).get("certificateId")
    return found if isinstance(found, str) and CERTIFICATE_ID.fullmatch(found) else None
