"""MiniStack with the front: the ASGI application that the server process runs."""

import os
from typing import Any

from ministack import app as ministack  # type: ignore[import-untyped]

from jitr.local import server
from jitr.local.front.listeners import Front


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401  ASGI's own
    """Serve as MiniStack does; the front begins when MiniStack is up, and ends with it."""
    if scope["type"] != "lifespan":
        await ministack.app(scope, receive, send)
        return
    front = Front(int(os.environ[server.HTTPS_PORT]), int(os.environ[server.ALPN_PORT]))

    async def sent(message: dict[str, Any]) -> None:
        if message["type"] == "lifespan.startup.complete":
            message = await _begun(front, message)
        elif message["type"] == "lifespan.shutdown.complete":
            front.stop()
        await send(message)

    await ministack.app(scope, receive, sent)


async def _begun(front: Front, message: dict[str, Any]) -> dict[str, Any]:
    """Start the front and pass on that all is up; or say that the start failed, which ends the server."""
    try:
        await front.start()
    except (OSError, RuntimeError) as error:
        return {"type": "lifespan.startup.failed", "message": str(error)}
    return message
