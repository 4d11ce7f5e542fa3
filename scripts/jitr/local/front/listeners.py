"""The front's two listeners: HTTPS publish, and both protocols by ALPN; TLS is the MQTT broker's own."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from jitr.local.front import ministack
from jitr.local.front.protocols import HTTPS_BY_ALPN, MQTT_BY_ALPN, serve_by_alpn, serve_https
from jitr.local.ports import LOOPBACK

HANDSHAKE = 10.0  # seconds
GOODBYE = 2.0  # seconds for the client to answer the end of TLS

log = logging.getLogger("front")

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Front:
    """Listens from `start` to `stop`; every connection ends with it."""

    def __init__(self, https_port: int, alpn_port: int) -> None:
        self._serves = {https_port: serve_https, alpn_port: serve_by_alpn}
        self._servers: list[asyncio.Server] = []
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen.

        Raises:
            RuntimeError: MiniStack is not the one that the front was written for.
            OSError: a port is taken.
        """
        if moved := ministack.moved():
            raise RuntimeError(f"MiniStack has changed, see {ministack.__name__}: {'; '.join(moved)}")
        loop = asyncio.get_running_loop()
        for port, serve in self._serves.items():
            begin = partial(self._begin, serve)
            self._servers.append(await loop.create_server(partial(_Acceptor, begin), LOOPBACK, port))

    def stop(self) -> None:
        """End it, without waiting for anybody."""
        for server in self._servers:
            server.close()
        for connection in self._connections:
            connection.cancel()

    def _begin(self, serve: Serve, transport: asyncio.Transport) -> None:
        task = asyncio.get_running_loop().create_task(_connection(transport, serve))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)


class _Acceptor(asyncio.Protocol):
    """Leaves a connection unread until TLS takes it over."""

    def __init__(self, begin: Callable[[asyncio.Transport], None]) -> None:
        self._begin = begin

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # nosec B101 # noqa: S101  TCP's
        transport.pause_reading()
        self._begin(transport)


async def _connection(transport: asyncio.Transport, serve: Serve) -> None:
    """Serve a connection to its end; whatever a client does ends no more than its own."""
    tls = None
    try:
        tls = await _secured(transport)
        await serve(*tls)
    except OSError as error:
        log.debug("connection ended: %s", error)
    except Exception:
        log.exception("connection failed")
    finally:
        if tls:
            tls[1].close()
        else:
            transport.abort()


async def _secured(transport: asyncio.Transport) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Shake hands.

    Raises:
        OSError: it failed.
    """
    context = await ministack.tls_context([MQTT_BY_ALPN, HTTPS_BY_ALPN])
    if context is None:
        raise ConnectionError("the broker has no TLS context")
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    secured = await loop.start_tls(
        transport,
        protocol,
        context,
        server_side=True,
        ssl_handshake_timeout=HANDSHAKE,
        ssl_shutdown_timeout=GOODBYE,
    )
    if secured is None:
        raise ConnectionError("the client left during the handshake")
    protocol.connection_made(secured)  # start_tls does not
    return reader, asyncio.StreamWriter(secured, protocol, reader, loop)
