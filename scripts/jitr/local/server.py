"""MiniStack as a process: `python -m jitr.local.server`, on the loopback interface alone.

Beside MiniStack it serves what MiniStack has not: HTTPS publish for devices (`jitr.local.front`).
MiniStack's own command listens for HTTPS on port 443 as well where it may, and its MQTT listener on every
interface. Both are declined here: whoever reaches this AWS is its administrator.
"""

import asyncio
import os
import sys
from pathlib import Path

from jitr.local.ports import LOOPBACK, Ports

APPLICATION = "jitr.local.front.application:app"
HTTPS_PORT, ALPN_PORT = "JITR_HTTPS_PORT", "JITR_ALPN_PORT"
"""Variables that tell the front in the server's process where to listen."""
FROM_THE_USER = ("LANG", "LC_ALL", "TZ")
"""All that the server takes over from its starter: no credentials, no trust stores, no proxies."""


def environment(folder: Path, ports: Ports, region: str) -> dict[str, str]:
    """Give the server's whole environment; everything that it writes lands in `folder`.

    Trust variables such as AWS_CA_BUNDLE are left out on purpose: with them set, MiniStack's functions would
    not be told to trust the server's own certificate.
    """
    tools = Path(sys.executable).parent
    return {name: os.environ[name] for name in FROM_THE_USER if name in os.environ} | {
        "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', os.defpath)}",  # functions on Node find Node 24
        "HOME": str(folder),
        "TMPDIR": str(folder / "tmp"),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(ports.gateway),
        "IOT_MTLS_PORT": str(ports.mqtt),
        HTTPS_PORT: str(ports.https),
        ALPN_PORT: str(ports.alpn),
        "MINISTACK_REGION": region,
        "AUTH": "true",  # IAM and IoT policies are enforced
        "USE_SSL": "1",  # the CDK's bucket refuses plain HTTP
        "AWS_EC2_METADATA_DISABLED": "true",
        # MiniStack removes every container that an instance of it made, other people's too.
        "DOCKER_HOST": f"unix://{folder}/no-docker",
    }


def on_loopback_only() -> None:
    """Make every server of this process listen on 127.0.0.1 where it would on all interfaces."""
    anywhere = asyncio.base_events.BaseEventLoop.create_server

    def create_server(
        loop: asyncio.base_events.BaseEventLoop,
        factory: object,
        host: object = None,
        port: object = None,
        **options: object,
    ) -> object:
        everywhere = options.get("sock") is None and host in {None, "", "0.0.0.0", "::"}  # nosec B104 # noqa: S104  refused here
        place = LOOPBACK if everywhere else host
        return anywhere(loop, factory, place, port, **options)  # type: ignore[call-overload]  # handed on as it came

    asyncio.base_events.BaseEventLoop.create_server = create_server  # type: ignore[method-assign,assignment]  # the point


def main(application: str = APPLICATION) -> None:
    """Serve until told to stop.

    Args:
        application: module and name of the ASGI application: MiniStack with the front, or what wraps it.
    """
    # Only the server process needs them.
    import uvicorn  # noqa: PLC0415
    from ministack.core import tls  # type: ignore[import-untyped]  # noqa: PLC0415

    on_loopback_only()
    certificate, key = tls.resolve_tls_material()
    uvicorn.run(
        application,
        host=LOOPBACK,
        port=int(os.environ["GATEWAY_PORT"]),
        ssl_certfile=certificate,
        ssl_keyfile=key,
        http="httptools",
        loop="asyncio",
        lifespan="on",
        access_log=False,
        log_level="warning",
        date_header=False,  # MiniStack dates its answers
        server_header=False,
        timeout_keep_alive=75,  # seconds
        timeout_graceful_shutdown=1,  # seconds
    )


if __name__ == "__main__":
    main()
