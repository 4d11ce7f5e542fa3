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
    checked by then; so its alert means that it is trusted.
    """
    context = ssl.create_default_context(cadata=authorities)
    if announced:
        context.set_alpn_protocols(list(announced))
    try:
        raw = socket.create_connection((endpoint, port), timeout=SECONDS)
    except OSError as error:
        return Shaken(Reach.NOWHERE, error.strerror or "no answer in time")
    with raw:
        try:
            with context.wrap_socket(raw, server_hostname=endpoint) as connection:
                return Shaken(
                    Reach.TRUSTED, connection.version() or "TLS", connection.selected_alpn_protocol()
                )
        except ssl.SSLCertVerificationError as error:
            return Shaken(Reach.NOT_TRUSTED, error.verify_message)
        except ssl.SSLError as error:
            if "ALERT" in (error.reason or ""):
                return Shaken(Reach.TRUSTED, "TLS, wants the device's certificate")
            return Shaken(Reach.NO_TLS, (error.reason or "no TLS").replace("_", " ").lower())
        except OSError as error:
            return Shaken(Reach.NO_TLS, error.strerror or "no answer in time")
