"""TLS with the endpoint, as far as it goes without the device's certificate: nothing is registered by it."""

from __future__ import annotations

import enum
import socket
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from ..amazon_roots import amazon_roots
from ..errors import DeviceError
from ..publication import ALPN_NAMES

SECONDS = 8.0  # for each of connecting and shaking hands
RECORD = 16 * 1024 + 256  # bytes, at most (RFC 8446, 5.2)
HANDSHAKE = b"\x16"  # first byte of such a record (RFC 8446, 5.1)


class Reach(enum.Enum):
    """How far it came."""

    NOWHERE = "no connection"
    NO_TLS = "no TLS"
    NOT_TRUSTED = "not trusted"
    TRUSTED = "trusted"


@dataclass(frozen=True)
class Shaken:
    """How far it came, and what was said: TLS's version, or the trouble."""

    reach: Reach
    text: str
    announced: Optional[str] = None  # the protocol that the server took up, by ALPN


def trusted(file: Optional[Path]) -> str:
    """Return the authorities in `file`, or Amazon's roots; DeviceError when there are none."""
    if file is None:
        return amazon_roots()
    try:
        text = file.read_text(encoding="ascii", errors="replace")
        ssl.create_default_context(cadata=text)
    except (OSError, ssl.SSLError, ValueError):
        raise DeviceError(f"{file}: holds no certificate (PEM); --server-ca takes the server's CA") from None
    return text


def shake_all(endpoint: str, ports: Mapping[str, int], authorities: str) -> dict[str, Shaken]:
    """Shake hands on every port; on the one named "alpn" both of AWS's protocols are announced."""

    def on(name: str) -> Shaken:
        announced = tuple(ALPN_NAMES.values()) if name == "alpn" else ()
        return shake(endpoint, ports[name], authorities, announced)

    with ThreadPoolExecutor(max_workers=len(ports)) as pool:
        return dict(zip(ports, pool.map(on, ports)))  # noqa: B905  # zip's `strict` is newer than 3.9


def shake(endpoint: str, port: int, authorities: str, announced: tuple[str, ...]) -> Shaken:
    """Connect and shake hands once.

    A server that wants a certificate of ours objects only after it has shown its own, which OpenSSL has
    checked by then; so its alert means that it is trusted, unless it is all that it says.
    """
    context = ssl.create_default_context(cadata=authorities)
    if announced:
        context.set_alpn_protocols(list(announced))
    try:
        raw = socket.create_connection((endpoint, port), timeout=SECONDS)
    except OSError as error:
        return Shaken(Reach.NOWHERE, error.strerror or "no answer in time")
    with raw:
        handshake = Handshake(raw, context, endpoint)
        try:
            connection = handshake.complete()
        except ssl.SSLCertVerificationError as error:
            return Shaken(Reach.NOT_TRUSTED, error.verify_message)
        except ssl.SSLError as error:
            if "ALERT" in (error.reason or "") and handshake.answered:
                return Shaken(Reach.TRUSTED, "TLS, wants the device's certificate")
            return Shaken(Reach.NO_TLS, (error.reason or "no TLS").replace("_", " ").lower())
        except OSError as error:
            return Shaken(Reach.NO_TLS, error.strerror or "no answer in time")
        return Shaken(Reach.TRUSTED, connection.version() or "TLS", connection.selected_alpn_protocol())


class Handshake:
    """TLS over a socket, record by record, to see what the server said first."""

    def __init__(self, raw: socket.socket, context: ssl.SSLContext, endpoint: str) -> None:
        self._raw = raw
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=endpoint)
        self.answered = False
        """Whether the server went into the handshake, and did not begin with an alert."""

    def complete(self) -> ssl.SSLObject:
        """Shake hands; OSError, of which ssl's errors are some, when that fails."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._raw.sendall(self._outgoing.read())
                self._take(self._raw.recv(RECORD))
            else:
                self._raw.sendall(self._outgoing.read())
                return self._tls

    def _take(self, said: bytes) -> None:
        self.answered = self.answered or said[:1] == HANDSHAKE
        if said:
            self._incoming.write(said)
        else:
            self._incoming.write_eof()
