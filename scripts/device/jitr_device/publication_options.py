"""Options that say where to publish what, with how much patience; `connect` and `renew` have them."""

from __future__ import annotations

import argparse
from pathlib import Path

from .certificate import Certificate
from .connecting import AMAZON_ROOTS, Patience
from .errors import UsageError
from .options import key_holder_of
from .publication import (
    ALPN_PORT,
    DEFAULT_PORTS,
    TUTORIAL_MESSAGE,
    Publication,
    checked_endpoint,
    checked_topic,
)
from .quantities import count, port, seconds
from .subject import checked_thing_name


def publication_of(given: argparse.Namespace, certificate: Certificate) -> Publication:
    """Return what the options ask for, to be published as `certificate`'s owner."""
    thing = given.thing_name or certificate.common_name
    if thing is None:
        raise UsageError(f"{given.cert}: names no thing (no common name); say which with --thing-name")
    checked_thing_name(thing)
    if given.server_ca is not None and not given.server_ca.is_file():
        raise UsageError(f"{given.server_ca}: no such file; --server-ca takes the server's CA (PEM)")
    number = given.port or DEFAULT_PORTS[given.protocol]
    return Publication(
        protocol=given.protocol,
        endpoint=checked_endpoint(given.endpoint),
        port=number,
        server_ca=given.server_ca or AMAZON_ROOTS,
        certificate=certificate.file,
        holder=key_holder_of(given),
        thing=thing,
        topic=checked_topic(given.topic or f"{thing}/hello"),
        message=given.message,
        alpn=number == ALPN_PORT if given.alpn is None else given.alpn,
    )


def patience_of(given: argparse.Namespace) -> Patience:
    """Return the patience that the options ask for."""
    return Patience(given.attempts, given.timeout, given.first_wait)


def add_endpoint_options(made: argparse.ArgumentParser, *, protocol: str, required: bool) -> None:
    """Where, and whom to trust there; `protocol` is the default one."""
    made.add_argument(
        "--endpoint", metavar="HOST", required=required, help="host name of the endpoint (see jitr endpoint)"
    )
    made.add_argument(
        "--protocol",
        choices=sorted(DEFAULT_PORTS),
        default=protocol,
        help="mqtt runs mosquitto_pub; https runs curl, or with ALPN openssl (default: %(default)s)",
    )
    made.add_argument("--port", type=port, metavar="N", help="default: 8883 for mqtt, 8443 for https; or 443")
    made.add_argument(
        "--alpn",
        action=argparse.BooleanOptionalAction,
        help="announce the protocol in the TLS handshake, x-amzn-mqtt-ca or x-amzn-http-ca (default: on port"
        " 443 only; a custom domain that has an application protocol of its own wants none there)",
    )
    made.add_argument(
        "--server-ca",
        metavar="FILE",
        type=Path,
        help="whom to trust as the server (PEM; default: Amazon Root CA 1 and 3 from this system's store)",
    )


def add_message_options(made: argparse.ArgumentParser) -> None:
    """Add whose message, and which."""
    made.add_argument(
        "--thing-name",
        metavar="NAME",
        help="thing and MQTT client id (default: the certificate's common name)",
    )
    made.add_argument("--topic", metavar="TOPIC", help="default: <thing name>/hello")
    made.add_argument("--message", metavar="TEXT", default=TUTORIAL_MESSAGE, help="default: %(default)s")


def add_patience_options(made: argparse.ArgumentParser) -> None:
    """Add how often, and how long."""
    usual = Patience()
    made.add_argument(
        "--attempts", type=count, metavar="N", default=usual.attempts, help="at most (default: %(default)s)"
    )
    made.add_argument(
        "--timeout",
        type=seconds,
        metavar="SECONDS",
        default=usual.timeout,
        help="for each attempt (default: %(default)s)",
    )
    made.add_argument(
        "--first-wait",
        type=seconds,
        metavar="SECONDS",
        default=usual.first_wait,
        help="longest wait after the first attempt; doubles from there (default: %(default)s)",
    )
