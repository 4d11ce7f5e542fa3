"""The way to the endpoint: its name, the clock, and TLS on each port."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Optional

from ..connecting import AMAZON_ROOTS
from ..errors import DeviceError
from .check import Finding, failed, not_checked, ok, warning
from .device import Device
from .handshake import SECONDS, Reach

OLD_ENDPOINT = re.compile(r"(?!.*-ats\.)[a-z0-9]+\.iot\.[a-z0-9-]+\.amazonaws\.com", re.IGNORECASE)
# Certificates are backdated by minutes at most; a clock that is off by more sees new ones as not valid yet.
TOLERABLE = timedelta(minutes=1)
WRONG = timedelta(hours=1)


def name(device: Device) -> Finding:
    """Resolve the endpoint's name."""
    if device.endpoint is None:
        return not_checked("no --endpoint was given (jitr endpoint prints it)")
    try:
        found = socket.getaddrinfo(device.endpoint, device.ports["mqtt"], type=socket.SOCK_STREAM)
    except OSError as error:
        return failed(
            f"{device.endpoint} has no address ({error.strerror})", "check its spelling, and the DNS server"
        )
    addresses = ", ".join(sorted({str(each[4][0]) for each in found})[:3])
    if OLD_ENDPOINT.fullmatch(device.endpoint):
        return warning(
            f"{device.endpoint} is {addresses}, but it is an endpoint of the old type",
            "use the one whose first part ends in -ats: the old type is not signed by Amazon's roots",
        )
    return ok(f"{device.endpoint} is {addresses}")


def authorities(device: Device) -> Finding:
    """Look whom the server may be signed by."""
    if isinstance(device.trusted, DeviceError):
        return failed(str(device.trusted), "see --server-ca")
    return ok("Amazon Root CA 1 and 3" if device.server_ca == AMAZON_ROOTS else str(device.server_ca))


def clock(device: Device) -> Finding:
    """Compare this device's clock with the Date of an HTTP answer."""
    answers = (_date(device.endpoint or "", device.ports[port]) for port in ("alpn", "https"))
    date = next((answer for answer in answers if answer is not None), None)
    if date is None:
        return not_checked("the endpoint told no date without the device's certificate")
    off = datetime.now(timezone.utc) - date
    text = f"{written_off(off)} the server's"
    if abs(off) <= TOLERABLE:
        return ok("as the server's, within a minute")
    advice = "set it, by NTP if it can be: timedatectl set-ntp true"
    return failed(text, advice) if abs(off) >= WRONG else warning(text, advice)


def on(port: str, use: str) -> Callable[[Device], Finding]:
    """Return a look at TLS on one of the device's ports, of use for `use`."""

    def look(device: Device) -> Finding:
        shaken, number = device.handshakes[port], device.ports[port]
        if shaken.reach is Reach.NOT_TRUSTED:
            return failed(f"{number}: the server is not trusted: {shaken.text}", _mend(shaken.text))
        if shaken.reach is not Reach.TRUSTED:
            return _unreached(device, f"{number}: {shaken.text}: no {use} there")
        if port == "alpn" and shaken.announced is None:
            return warning(
                f"{number}: {shaken.text}, but it takes up none of AWS's protocols (ALPN)",
                "is a proxy in between, or a custom domain? That wants connect --no-alpn",
            )
        return ok(f"{number}: {shaken.text}, trusted")

    return look


def written_off(off: timedelta) -> str:
    """Write how far the clock is off."""
    minutes = round(abs(off).total_seconds() / 60)
    size = f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"  # noqa: PLR2004  # two hours
    return f"{size} {'ahead of' if off > timedelta(0) else 'behind'}"


def _unreached(device: Device, text: str) -> Finding:
    """One closed port is a matter of choice; all of them are the end."""
    if any(each.reach in (Reach.TRUSTED, Reach.NOT_TRUSTED) for each in device.handshakes.values()):
        return warning(text, "open it in the firewall, or use a port that works")
    return failed(text, "no port works: check network, cable, firewall, and the endpoint's name")


def _mend(trouble: str) -> str:
    if "not yet valid" in trouble or "expired" in trouble:
        return "is this device's clock right? It says " + f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC"
    if "mismatch" in trouble:
        return "the endpoint's name is another than the server's: use the one that jitr endpoint prints"
    return (
        "at AWS the server is signed below Amazon's roots, never by the fleet's CA: see --server-ca. If that"
        " is right, a proxy reads along here: have it let this endpoint through"
    )


def _date(endpoint: str, port: int) -> Optional[datetime]:
    """Ask for nothing in particular; every answer has a date (RFC 9110, section 6.6.1).

    Without trusting the server: with a wrong clock nobody could be trusted, and nothing is told to it.
    """
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    asking = http.client.HTTPSConnection(endpoint, port, timeout=SECONDS, context=context)
    try:
        asking.request("GET", "/")
        date = asking.getresponse().getheader("Date")
        return parsedate_to_datetime(date) if date else None
    except (OSError, http.client.HTTPException, TypeError, ValueError):
        return None
    finally:
        asking.close()
