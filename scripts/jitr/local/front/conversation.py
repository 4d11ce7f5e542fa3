"""HTTP/1.1 with one device: requests in, answers out, and an end where AWS ends the connection."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from email.utils import formatdate
from http import HTTPStatus

import h11

from jitr.local.front.publication import LARGEST, Answer, Request

PATIENCE = 20.0  # seconds for a whole request to come, and for an answer to be taken
READ_AT_ONCE = 16 * 1024  # h11 takes as much for a head that has not ended
SPOKEN = {b"1.0", b"1.1"}  # AWS IoT Core developer guide, "HTTPS"
READ_IN_VAIN = 1024 * 1024  # bytes of what is refused, so that the client comes to read the answer
SILENCE = 0.2  # seconds after which a client that was refused has nothing more to send

Respond = Callable[[Request], Awaitable[Answer | None]]
"""Gives the answer to a request; None ends the connection without one."""


class Conversation:
    """Requests and answers, one after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, respond: Respond) -> None:
        self._http = h11.Connection(h11.SERVER)
        self._reader, self._writer, self._respond = reader, writer, respond

    async def hold(self) -> None:
        """Answer until one of both ends it; the connection is left open."""
        while await self._exchange():
            self._http.start_next_cycle()

    async def _exchange(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                request = await self._request()
        except h11.RemoteProtocolError as error:
            status = HTTPStatus(error.error_status_hint)
            await self._send(Answer(status, status.phrase, "InvalidRequestException"), "")
            await self._read_in_vain()
            return False
        answer = await self._respond(request) if request else None
        if request and answer:
            await self._send(answer, request.method)
        return bool(answer) and self._http.our_state is self._http.their_state is h11.DONE

    async def _request(self) -> Request | None:
        """Read a request; None when no more comes."""
        head = await self._event()
        if not isinstance(head, h11.Request):
            return None
        if head.http_version not in SPOKEN:
            raise h11.RemoteProtocolError("HTTP/1.0 or 1.1", HTTPStatus.HTTP_VERSION_NOT_SUPPORTED)
        body, too_large = await self._body(head)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
        return Request(head.method.decode("ascii"), head.target.decode("ascii"), headers, body, too_large)

    async def _body(self, head: h11.Request) -> tuple[bytes, bool]:
        """Read to the request's end, or to where it is clearly too large; tell whether it is."""
        body, read = bytearray(), 0
        if self._waits_in_vain(head):
            return b"", True
        while read <= READ_IN_VAIN and isinstance(event := await self._event(), h11.Data):
            read += len(event.data)
            body += event.data[: LARGEST - len(body)]
        return bytes(body), read > LARGEST

    async def _event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                self._write(h11.InformationalResponse(status_code=HTTPStatus.CONTINUE, headers=[]))
            self._http.receive_data(await self._reader.read(READ_AT_ONCE))
        return event

    async def _read_in_vain(self) -> None:
        """Take what is still coming: who is closed upon while sending may lose the answer (RFC 9112, 9.6)."""
        left = READ_IN_VAIN
        with suppress(TimeoutError):
            while left > 0:
                async with asyncio.timeout(SILENCE):
                    data = await self._reader.read(READ_AT_ONCE)
                if not data:
                    return
                left -= len(data)

    def _waits_in_vain(self, head: h11.Request) -> bool:
        lengths = [int(value) for name, value in head.headers if name == b"content-length"]
        return self._http.they_are_waiting_for_100_continue and any(length > LARGEST for length in lengths)

    async def _send(self, answer: Answer, method: str) -> None:
        body = json.dumps(
            {"message": answer.message, "traceId": answer.trace_id}, separators=(",", ":")
        ).encode()
        self._write(
            h11.Response(
                status_code=answer.status,
                reason=answer.status.phrase.encode(),
                headers=[
                    ("content-type", "application/json"),
                    ("content-length", str(len(body))),
                    ("date", formatdate(usegmt=True)),
                    ("x-amzn-RequestId", answer.trace_id),
                    *([("x-amzn-ErrorType", f"{answer.error}:")] if answer.error else []),
                ],
            )
        )
        if method != "HEAD":
            self._write(h11.Data(data=body))
        self._write(h11.EndOfMessage())
        async with asyncio.timeout(PATIENCE):
            await self._writer.drain()

    def _write(self, event: h11.Event) -> None:
        self._writer.write(self._http.send(event) or b"")
