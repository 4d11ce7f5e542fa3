"""The proxy itself: plain HTTP in, signed requests handed on byte for byte, and a journal of it all."""

import asyncio
import re
import socket
import ssl
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from benchmarks.proxy import answers
from benchmarks.proxy.buckets import Quotas
from benchmarks.proxy.faults import Fault, Mishap, mishaps
from benchmarks.proxy.journal import Call, Journal
from benchmarks.proxy.operations import Operation, operation
from benchmarks.proxy.settings import Settings
from contract import CERTIFICATE_ID

LIMITED_SERVICES = {"iot", "kms"}
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
"""Of one connection only (RFC 9110, 7.6.1), or written anew by the library."""
NOT_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""What aiohttp would add to a request that came without."""
KEPT = 30.0
"""Seconds that an idle connection to AWS is kept; less than the 75 after which the local AWS closes it."""
PATIENCE = aiohttp.ClientTimeout(total=60)
CERTIFICATE = re.compile(f"cert/({CERTIFICATE_ID.pattern})")


@dataclass
class Passage:
    """One call on its way through."""

    called: Operation
    begun: float = field(default_factory=time.monotonic)
    mishap: Mishap | None = None
    throttled: bool = False
    status: int | None = None
    upstream: float = 0.0


class Proxy:
    """Hands calls on to one AWS, as the settings of the moment say."""

    def __init__(self, upstream: str, trust: ssl.SSLContext | None, journal: Journal) -> None:
        self._upstream = upstream
        self._trust = trust
        self._journal = journal
        self._session: aiohttp.ClientSession | None = None
        self.use(Settings())

    def use(self, settings: Settings) -> None:
        """Change the settings; buckets are full and the sequence of faults begins anew."""
        self.settings = settings
        self._quotas = Quotas(settings.rates)
        self._mishaps = mishaps(settings.faults)

    async def __aenter__(self) -> "Proxy":
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=self._trust or True, keepalive_timeout=KEPT),
            auto_decompress=False,
            skip_auto_headers=NOT_ADDED,
            timeout=PATIENCE,
        )
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._session:
            await self._session.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Take one call to its end, good or bad, and write it down."""
        passage = Passage(operation(request.method, request.raw_path, request.headers))
        try:
            answer = await self._pass(request, passage)
            if answer is None:
                _hang_up(request, reset=_suffers(passage, Fault.RESET))
                answer = web.Response()  # nobody gets it: the connection is gone
            return answer
        finally:
            self._journal.write(_written(request, passage))

    async def _pass(self, request: web.Request, passage: Passage) -> web.Response | None:
        """Give the answer to a call; None where the caller gets none."""
        passage.mishap = mishap = next(self._mishaps)
        if mishap and mishap.fault is Fault.RESET:
            return None
        if passage.called.service in LIMITED_SERVICES and not self._quotas.allow(passage.called.name):
            passage.throttled, passage.mishap, passage.status = True, None, 400
            return answers.throttled()
        if mishap and mishap.fault is Fault.ERROR:
            passage.status = mishap.status
            return answers.failed(passage.called.service, mishap.status)
        if mishap and mishap.fault is Fault.DELAY:
            await asyncio.sleep(mishap.seconds)
        answer = await self._hand_on(request, passage)
        return None if mishap and mishap.fault is Fault.LOST_ANSWER else answer

    async def _hand_on(self, request: web.Request, passage: Passage) -> web.Response | None:
        """Call AWS; None when AWS itself gives no answer."""
        if self._session is None:
            raise RuntimeError("the proxy is not entered")
        body, begun = await request.read(), time.monotonic()
        try:
            async with self._session.request(
                request.method,
                URL(self._upstream + request.raw_path, encoded=True),
                headers=_without_hops(request.headers),  # Host too: it is signed
                data=body or None,
                allow_redirects=False,
            ) as answer:
                said = await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            return None
        finally:
            passage.upstream = time.monotonic() - begun
        passage.status = answer.status
        return web.Response(status=answer.status, headers=_without_hops(answer.headers), body=said)


def _suffers(passage: Passage, fault: Fault) -> bool:
    return passage.mishap is not None and passage.mishap.fault is fault


def _hang_up(request: web.Request, *, reset: bool) -> None:
    """End the connection without an answer: in order, or with a reset (TCP RST)."""
    if request.transport is None:
        return
    if reset:
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()


def _without_hops(headers: Mapping[str, str]) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in HOP_BY_HOP)


def _written(request: web.Request, passage: Passage) -> Call:
    now, parameters = time.monotonic(), passage.called.parameters
    principal = CERTIFICATE.search(request.headers.get("x-amzn-principal", ""))
    return Call(
        at=now,
        seconds=now - passage.begun,
        upstream=passage.upstream,
        service=passage.called.service,
        operation=passage.called.name,
        status=passage.status,
        throttled=passage.throttled,
        fault=passage.mishap.fault.value if passage.mishap else None,
        certificate_id=parameters.get("certificateId") or (principal[1] if principal else None),
        thing_name=parameters.get("thingName"),
        new_status=request.query.get("newStatus"),
    )
