"""Small stand-ins for AWS IoT's device endpoints: mutual TLS, MQTT 3.1.1 or HTTPS, on 127.0.0.1.

Each connection plays the next behaviour of a list; the last one is repeated. What a connection showed
(client certificate, server name, client id, topic, path, body) is kept for the test to look at.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self


@dataclass
class Seen:
    """What one connection showed to the server."""

    certificate: bytes | None = None  # DER
    server_name: str | None = None
    announced: str | None = None  # by ALPN
    client_id: str | None = None
    topic: str | None = None
    path: str | None = None
    body: bytes | None = None
    acknowledged: bool = False
    messages: list[bytes] = field(default_factory=list)  # of `mqtt_stay`


Behaviour = Callable[[ssl.SSLSocket, Seen], None]


@dataclass
class Endpoint:
    """A listening TLS server that asks for a client certificate of `fleet_ca`."""

    server_certificate: Path
    server_key: Path
    server_ca: Path
    fleet_ca: Path
    behaviours: Sequence[Behaviour]
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
    seen: list[Seen] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.maximum_version = self.newest
        self._context.load_cert_chain(self.server_certificate, self.server_key)
        self._context.load_verify_locations(self.fleet_ca)
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._context.set_alpn_protocols(["x-amzn-mqtt-ca", "x-amzn-http-ca"])
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self._listener.close()
        self._thread.join(timeout=10)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def options(self) -> list[str]:
        """How `connect` is told to come here."""
        return ["--endpoint", "localhost", "--port", str(self.port), "--server-ca", str(self.server_ca)]

    def _serve(self) -> None:
        while True:
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            self._play(raw, Seen())

    def _play(self, raw: socket.socket, seen: Seen) -> None:
        behaviour = self.behaviours[min(len(self.seen), len(self.behaviours) - 1)]
        self.seen.append(seen)
        raw.settimeout(10)

        def note_name(_socket: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
            seen.server_name = name

        self._context.sni_callback = note_name
        connection = self._context.wrap_socket(raw, server_side=True, do_handshake_on_connect=False)
        with contextlib.suppress(OSError):  # the client went away, or its certificate was refused
            connection.do_handshake()
            seen.certificate = connection.getpeercert(binary_form=True)
            seen.announced = connection.selected_alpn_protocol()
            behaviour(connection, seen)
        _drain(socket.socket(fileno=connection.detach()))


Listen = Callable[..., Endpoint]  # the fixture `endpoint`: behaviours in, an endpoint out


def _drain(raw: socket.socket) -> None:
    """Close in order: closing with unread bytes would send a reset, which may overtake TLS's alert."""
    with raw, contextlib.suppress(OSError):
        raw.shutdown(socket.SHUT_WR)
        while raw.recv(4096):
            pass


def _exactly(connection: ssl.SSLSocket, count: int) -> bytes:
    read = b""
    while len(read) < count:
        chunk = connection.recv(count - len(read))
        if not chunk:
            raise ConnectionError("the client closed the connection")
        read += chunk
    return read


def _goodbye(connection: ssl.SSLSocket) -> None:
    """Close with TLS's close_notify, as AWS does when it drops a connection."""
    connection.settimeout(2)
    connection.unwrap()


# MQTT 3.1.1 (OASIS standard, sections 2.2 and 3)
CONNECT, PUBLISH, PINGREQ = 1, 3, 12


def _packet(connection: ssl.SSLSocket) -> tuple[int, int, bytes]:
    """One control packet: its type, its flags, and what follows the fixed header."""
    first = _exactly(connection, 1)[0]
    length, shift = 0, 0
    while True:
        byte = _exactly(connection, 1)[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return first >> 4, first & 0x0F, _exactly(connection, length)


def _text(body: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from(">H", body, at)
    return body[at + 2 : at + 2 + length].decode(), at + 2 + length


def _read_connect(connection: ssl.SSLSocket, seen: Seen) -> None:
    kind, _, body = _packet(connection)
    assert kind == CONNECT
    _, after_protocol = _text(body, 0)
    seen.client_id, _ = _text(body, after_protocol + 4)  # level, flags, keep-alive


def _connack(connection: ssl.SSLSocket, code: int) -> None:
    connection.sendall(bytes([0x20, 2, 0, code]))


def _read_publish(connection: ssl.SSLSocket, seen: Seen) -> bytes:
    """Read a QoS 1 PUBLISH; give back its packet identifier."""
    kind, flags, body = _packet(connection)
    assert (kind, flags >> 1 & 3) == (PUBLISH, 1)
    seen.topic, at = _text(body, 0)
    seen.body = body[at + 2 :]
    return body[at : at + 2]


def mqtt_drop(connection: ssl.SSLSocket, seen: Seen) -> None:
    """Close on CONNECT without CONNACK: the certificate is being registered."""
    _read_connect(connection, seen)
    _goodbye(connection)


def mqtt_accept(connection: ssl.SSLSocket, seen: Seen) -> None:
    _read_connect(connection, seen)
    _connack(connection, 0)
    packet_id = _read_publish(connection, seen)
    connection.sendall(b"\x40\x02" + packet_id)
    seen.acknowledged = True
    connection.recv(16)  # DISCONNECT


def mqtt_stay(connection: ssl.SSLSocket, seen: Seen) -> None:
    """Take messages (QoS 1) for as long as the client stays."""
    _read_connect(connection, seen)
    _connack(connection, 0)
    connection.settimeout(60)
    while True:
        kind, _, body = _packet(connection)
        if kind == PINGREQ:
            connection.sendall(b"\xd0\x00")
        elif kind == PUBLISH:
            seen.topic, at = _text(body, 0)
            seen.messages.append(body[at + 2 :])
            connection.sendall(b"\x40\x02" + body[at : at + 2])
        else:
            return  # DISCONNECT


def mqtt_refuse_publish(connection: ssl.SSLSocket, seen: Seen) -> None:
    """Close on PUBLISH without PUBACK: the policy does not allow the topic."""
    _read_connect(connection, seen)
    _connack(connection, 0)
    _read_publish(connection, seen)
    _goodbye(connection)


def mqtt_refuse_connect(connection: ssl.SSLSocket, seen: Seen) -> None:
    _read_connect(connection, seen)
    _connack(connection, 5)  # not authorized
    _goodbye(connection)


def mqtt_silent(connection: ssl.SSLSocket, seen: Seen) -> None:
    """Never answer; end when the client gives up."""
    _read_connect(connection, seen)
    connection.recv(1)


def _read_request(connection: ssl.SSLSocket, seen: Seen) -> None:
    head = b""
    while b"\r\n\r\n" not in head:
        head += _exactly(connection, 1)
    request, *headers = head.decode().split("\r\n")
    seen.path = request.split(" ")[1]
    lengths = [line.split(":")[1] for line in headers if line.lower().startswith("content-length:")]
    seen.body = _exactly(connection, int(lengths[0]))


def https_drop(connection: ssl.SSLSocket, seen: Seen) -> None:
    """Close on the request without an answer: the certificate is being registered."""
    _read_request(connection, seen)
    _goodbye(connection)


def https_silent(connection: ssl.SSLSocket, seen: Seen) -> None:
    _read_request(connection, seen)
    connection.recv(1)


def https_answer(status: str, body: str) -> Behaviour:
    """Answer every request so, e.g. `https_answer("200 OK", '{"message":"OK"}')`."""

    def answer(connection: ssl.SSLSocket, seen: Seen) -> None:
        _read_request(connection, seen)
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        connection.sendall((head + body).encode())
        _goodbye(connection)

    return answer


https_accept = https_answer("200 OK", '{"message":"OK","traceId":"5fc1b4a5-5b6e-4a5c-9f43-1c3c3f1f5f6d"}')
https_busy = https_answer("503 Service Unavailable", '{"message":"Service Unavailable"}')
https_forbid = https_answer(
    "403 Forbidden", '{"message":"Forbidden","traceId":"b7f9c9a3-9c4f-4e2c-8b0e-0d5b1c6a7e11"}'
)
