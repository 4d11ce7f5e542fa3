"""AWS without a network: botocore's own `before-send` event answers every request of this process at once.

All that the code under measurement does stays: parameters are checked, requests built and signed, answers
parsed. Only what a network and AWS would take is gone.
"""

import json
from typing import Any

import botocore.handlers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from benchmarks.function import devices


class Body:
    """A response's body, as botocore reads it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_options: object) -> list[bytes]:
        """Give it in one piece."""
        return [self._content]


def answer_at_once() -> None:
    """Let every client that is made from now on, in this process, have its answers from here."""
    # botocore gives every session a copy of these.
    botocore.handlers.BUILTIN_HANDLERS.append(("before-send", _answer))


def _answer(request: AWSPreparedRequest, **_event: object) -> AWSResponse:
    target = request.headers.get("X-Amz-Target", b"")
    operation = (target.decode() if isinstance(target, bytes) else str(target)).rpartition(".")[2]
    content = json.dumps(_dynamodb(operation, json.loads(_text(request))) if operation else {}).encode()
    headers: Any = {
        "content-type": "application/json",
        "x-amzn-requestid": "0",
        "content-length": str(len(content)),
    }
    return AWSResponse(request.url, 200, headers, Body(content))


def _dynamodb(operation: str, asked: dict[str, Any]) -> dict[str, Any]:
    match operation:
        case "GetItem":
            return {"Item": devices.item(asked["Key"]["id"]["S"])}
        case "BatchGetItem":
            return {
                "Responses": {table: _items(each["Keys"]) for table, each in asked["RequestItems"].items()}
            }
    return {}


def _text(request: AWSPreparedRequest) -> str | bytes:
    if not isinstance(request.body, str | bytes):
        raise TypeError(f"{request.url}: a body that is a stream, which neither service has")
    return request.body


def _items(keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [devices.item(key["id"]["S"]) for key in keys]
