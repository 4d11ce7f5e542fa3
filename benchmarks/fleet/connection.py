"""One connection of one device: a full TLS handshake with its certificate, one CONNECT, and the answer."""

import asyncio
import ssl
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from benchmarks.fleet import packets
from benchmarks.fleet.identity import Identity
from jitr import endpoints
from jitr.local.ports import LOOPBACK
from jitr.target import Target

PATIENCE = 30.0  # seconds for one connection; the broker of a busy machine takes a few


class Answer(StrEnum):
    """What the broker did with a connection."""

    ACCEPTED = "accepted"
    DROPPED = "dropped"
    """Closed without CONNACK: a certificate that is pending, switched off or has no policy."""
    NO_TLS = "no_tls"
    """The handshake failed. A certificate of an authority that nobody registered may end here or as dropped:
    in TLS 1.3 the broker refuses it only after the client thinks that the handshake is done."""
    SILENT = "silent"
    """No answer in time; the device cannot know what became of its CONNECT."""


@dataclass(frozen=True)
class Attempt:
    """One connection; times are of `time.monotonic()`, which all processes of a machine share."""

    answer: Answer
    sent: float | None
    """When the CONNECT packet went out; None when it did not come to that."""
    answered: float


@dataclass(frozen=True)
class Device:
    """An identity, ready to connect to a broker."""

    identity: Identity
    tls: ssl.SSLContext
    host: str
    port: int

    async def connect(self) -> Attempt:
        """Connect, see the answer, and leave."""
        sent: list[float] = []
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._try(sent)
        except TimeoutError:
            answer = Answer.SILENT
        except OSError:  # ssl.SSLError is one
            answer = Answer.DROPPED if sent else Answer.NO_TLS
        return Attempt(answer, sent[0] if sent else None, time.monotonic())

    async def _try(self, sent: list[float]) -> Answer:
        reader, writer = await asyncio.open_connection(
            LOOPBACK, self.port, ssl=self.tls, server_hostname=self.host, ssl_shutdown_timeout=1
        )
        try:
            sent.append(time.monotonic())
            writer.write(packets.connect(self.identity.thing_name))
            answer = await _answer(reader)
            if answer is Answer.ACCEPTED:
                writer.write(packets.DISCONNECT)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        return answer


def devices(target: Target, identities: Iterable[Identity]) -> list[Device]:
    """Load every key and certificate, so that connecting spends no time on it."""
    endpoint = endpoints.find(target)
    if target.local is None or endpoint.server_ca is None:
        raise RuntimeError(
            f"{target.environment} is a real account: devices by the hundred stay on this machine"
        )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "device.pem"  # OpenSSL loads from files only
        return [
            Device(identity, _tls(identity, file, endpoint.server_ca), endpoint.host, endpoint.mqtt_port)
            for identity in identities
        ]


async def _answer(reader: asyncio.StreamReader) -> Answer:
    try:
        said = await reader.readexactly(len(packets.CONNACK_ACCEPTED))
    except asyncio.IncompleteReadError:
        return Answer.DROPPED
    except ssl.SSLError:
        # In TLS 1.3 a client learns only now that its certificate was refused (RFC 8446, 4.4.2.4).
        return Answer.NO_TLS
    if said != packets.CONNACK_ACCEPTED:
        raise RuntimeError(f"the broker answered CONNECT with {said.hex()}, which AWS IoT never does")
    return Answer.ACCEPTED


def _tls(identity: Identity, file: Path, server_ca: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies certificate and host name
    context.load_verify_locations(server_ca)
    file.write_bytes(identity.pem())
    context.load_cert_chain(file)
    return context
