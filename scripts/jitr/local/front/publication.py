"""What a device's HTTPS request means, and what AWS IoT answers to it.

AWS IoT Core developer guide, "HTTPS"; API reference, "Publish" (its errors, and their names and statuses).
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

from jitr.local.front import ministack
from jitr.local.front.ministack import Identity, InvalidError, Message

TOPICS = "/topics/"
LARGEST = 128 * 1024  # bytes of a message; AWS IoT Core quotas, "Message broker and protocol"
MOST_PARAMETERS = 32

log = logging.getLogger("front")


@dataclass(frozen=True)
class Request:
    """A request as it came; `body` ends early when the whole is larger than AWS takes."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    too_large: bool = False


@dataclass(frozen=True)
class Answer:
    """A status and its message; `error` is AWS's name for what was wrong."""

    status: HTTPStatus
    message: str
    error: str | None = None
    trace_id: str = field(default_factory=lambda: str(uuid4()))


class RefusedError(Exception):
    """The request is not done; the answer says why."""

    def __init__(self, status: HTTPStatus, error: str, message: str) -> None:
        super().__init__(message)
        self.answer = Answer(status, message, error)


async def answered(request: Request, identity: Identity) -> Answer:
    """Publish what the device asks for, and give the answer; nothing is raised."""
    try:
        message = understood(request)
        _authorize(identity, message)
        await ministack.publish(identity, message)
    except RefusedError as refused:
        return refused.answer
    except InvalidError as invalid:
        return _invalid(str(invalid)).answer
    except Exception:
        log.exception("HTTPS: publishing failed")
        return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal failure", "InternalFailureException")
    return Answer(HTTPStatus.OK, "OK")


def understood(request: Request) -> Message:
    """Give the message that a request holds.

    Raises:
        RefusedError, InvalidError: it is none that AWS takes.
    """
    path, _, query = request.target.partition("?")
    if not path.startswith(TOPICS):
        raise RefusedError(HTTPStatus.NOT_FOUND, "ResourceNotFoundException", "Not Found")
    if request.method != "POST":
        raise RefusedError(
            HTTPStatus.METHOD_NOT_ALLOWED, "MethodNotAllowedException", f"{request.method} is not allowed"
        )
    if request.too_large:
        raise RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "RequestEntityTooLargeException",
            f"The payload exceeds the maximum size of {LARGEST} bytes",
        )
    return _message(_topic(path.removeprefix(TOPICS)), request, _parameters(query))


def _message(topic: str, request: Request, parameters: Mapping[str, str]) -> Message:
    qos, retain = parameters.get("qos", "0"), parameters.get("retain", "false")
    if qos not in {"0", "1"}:
        raise _invalid("qos must be 0 or 1")
    if retain not in {"true", "false"}:
        raise _invalid("retain must be true or false")
    properties = ministack.properties(request.headers, parameters)
    return Message(topic, request.body, int(qos), retain == "true", properties)


def _topic(encoded: str) -> str:
    try:
        topic = unquote(encoded, errors="strict")
    except UnicodeDecodeError:
        raise _invalid("Topic must be UTF-8") from None
    if "\0" in topic:  # MQTT 3.1.1, [MQTT-1.5.3-2]
        raise _invalid("Topic must not contain U+0000")
    ministack.check_topic(topic)
    return topic


def _parameters(query: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS))
    except ValueError:
        raise _invalid(f"There must not be more than {MOST_PARAMETERS} query parameters") from None


def _authorize(identity: Identity, message: Message) -> None:
    actions = ["iot:Publish", *(["iot:RetainPublish"] if message.retain else [])]
    if not all(ministack.allows(identity, action, message.topic) for action in actions):
        raise RefusedError(HTTPStatus.FORBIDDEN, "ForbiddenException", "Forbidden")


def _invalid(message: str) -> RefusedError:
    return RefusedError(HTTPStatus.BAD_REQUEST, "InvalidRequestException", message)
