"""Errors in the form in which each service's clients read them.

https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization (header) and
https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#operation-error-serialization (`__type`);
REST services read the one, JSON services the other, so both are sent.
"""

import json

from aiohttp import web

THROTTLED = "ThrottlingException"
"""AWS IoT's control plane throttles with it, status 400."""
CODES = {
    "iot": {500: "InternalFailureException", 503: "ServiceUnavailableException"},
    "dynamodb": {500: "InternalServerError", 503: "ServiceUnavailable"},
}
OTHER_CODES = {500: "InternalFailure", 503: "ServiceUnavailable"}
"""Common errors of all services."""


def throttled() -> web.Response:
    """Refuse a call because there were too many."""
    return _error(400, THROTTLED, "Rate exceeded")


def failed(service: str, status: int) -> web.Response:
    """Answer a call with a server's error, 500 or 503."""
    return _error(status, CODES.get(service, OTHER_CODES)[status], "Injected by the proxy")


def _error(status: int, code: str, message: str) -> web.Response:
    return web.Response(
        status=status,
        headers={"x-amzn-ErrorType": code},
        content_type="application/json",
        body=json.dumps({"__type": code, "message": message}).encode(),
    )
