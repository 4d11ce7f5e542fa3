"""The local AWS with somebody who notes every answered call: `python -m benchmarks.observing_server`.

Asking AWS for a certificate's state over and over would take the time that is to be measured. So the server
process itself writes one line per call, when the answer has been sent: see `benchmarks.calls`.
"""

import json
import os
import time
from functools import cache
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import parse_qs

from ministack.core.iam_actions import extract_iam_action  # type: ignore[import-untyped]
from ministack.core.router import detect_service  # type: ignore[import-untyped]
from ministack.services import lambda_svc, sts  # type: ignore[import-untyped]

from benchmarks import asynchronous_queue
from benchmarks.calls import FILE
from jitr.local import server
from jitr.local.front import application

APPLICATION = "benchmarks.observing_server:app"

# What a topic rule calls; looked up at each event.
lambda_svc._execute_function_with_config_scope = asynchronous_queue.waiting(
    lambda_svc._execute_function_with_config_scope
)


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401  ASGI's own
    """Serve as the local AWS does, and note the call."""
    if scope["type"] != "http":
        await application.app(scope, receive, send)
        return
    begun, status = time.monotonic(), 0

    async def sent(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)
        await send(message)

    await application.app(scope, receive, sent)
    _note(scope, status, begun, time.monotonic())


def _note(scope: dict[str, Any], status: int, begun: float, answered: float) -> None:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qs(scope["query_string"].decode())
    service = detect_service(scope["method"], scope["path"], headers, query)
    call = {
        "answered": answered,
        "took": answered - begun,
        "caller": _caller(headers.get("authorization", "")),
        "operation": extract_iam_action(service, scope["method"], scope["path"], headers, b"", query),
        "status": status,
        "activated": scope["path"].rpartition("/")[2] if query.get("newStatus") == ["ACTIVE"] else None,
    }
    _journal().write(json.dumps(call) + "\n")


def _caller(authorization: str) -> str:
    """Give the function's name: MiniStack calls a function's session by it, as Lambda does."""
    access_key = authorization.partition("Credential=")[2].partition("/")[0]
    session = sts._sessions.get(access_key)  # nothing public tells it without a call
    return str(session["Arn"]).rpartition("/")[2] if session else "administrator"


@cache
def _journal() -> TextIO:
    return (Path(os.environ["HOME"]) / FILE).open("a", buffering=1)  # line by line


if __name__ == "__main__":
    server.main(APPLICATION)
