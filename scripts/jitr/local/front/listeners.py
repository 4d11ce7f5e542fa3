"""The front's two listeners: HTTPS publish, and both protocols by ALPN; TLS is the MQTT broker's own."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus

from jitr.local.front import ministack
from jitr.local.front.conversation import Conversation
from jitr.local.front.ministack import Device
from jitr.local.front.publication import Answer, Request, answered
from jitr.local.ports import LOOPBACK

# AWS IoT Core developer guide, "Device communication protocols"
MQTT_BY_ALPN, HTTPS_BY_ALPN = "x-amzn-mqtt-ca", "x-amzn-http-ca"
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
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  TCP's
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


async def serve_https(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Port 8443 of AWS IoT: publish, as the device that the client's certificate says.

    Only an ACTIVE certificate connects (API reference, "UpdateCertificate"), and it is asked about at each
    request, where AWS ends the connection within minutes.
    """
    device = _device(writer)

    async def respond(request: Request) -> Answer | None:
        if device is None:
            return None
        if identity := ministack.identify(device):
            return await answered(request, identity)
        await ministack.register(device)
        return None

    await Conversation(reader, writer, respond).hold()


async def serve_by_alpn(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Port 443 of AWS IoT: what the client's ALPN names; without one AWS takes only signed requests."""
    tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
    protocol = tls.selected_alpn_protocol()
    if protocol == MQTT_BY_ALPN:
        await ministack.serve_mqtt(reader, writer)
    elif protocol == HTTPS_BY_ALPN:
        await serve_https(reader, writer)
    else:
        await Conversation(reader, writer, _unsigned).hold()


async def _unsigned(_request: Request) -> Answer:
    """Answer as AWS was seen to, port 443 and no ALPN: the client's certificate counts for nothing there."""
    return Answer(HTTPStatus.FORBIDDEN, "Missing Authentication Token", "ForbiddenException")


def _device(writer: asyncio.StreamWriter) -> Device | None:
    tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
    certificate = tls.getpeercert(binary_form=True)
    if certificate is None:
        return None
    return Device(certificate, writer.get_extra_info("peername"), ministack.server_name(tls))
