"""Where devices connect, and whether that can be reached from here."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace

from jitr import authorities
from jitr.doctor.check import Finding, ok, warning
from jitr.doctor.site import Site
from jitr.endpoints import find

PATIENCE = 5.0  # seconds for each of connection and handshake


def endpoint(site: Site) -> Iterator[Finding]:
    """Ask for the endpoint, and connect to each of its ports as a client that has no certificate."""
    at = find(site.target)
    for name, port in (("MQTT", at.mqtt_port), ("HTTPS", at.https_port), ("ALPN", at.alpn_port)):
        yield replace(reached(at.host, port, at.server_ca), about=name)


def registration_code(site: Site) -> Iterator[Finding]:
    """See that AWS IoT gives out the code that a verification certificate carries."""
    code = authorities.registration_code(site.target.iot)
    yield ok(f"{code[:8]}…")


def reached(host: str, port: int, server_ca: str | None) -> Finding:
    """Say whether a port answers, and with a certificate that is trusted."""
    where = f"{host}:{port}"
    context = ssl.create_default_context(cafile=server_ca)
    try:
        with socket.create_connection((host, port), PATIENCE) as connection:
            _shake_hands(context, connection, host)
    except ssl.SSLCertVerificationError as error:
        return warning(
            f"{where} shows a certificate that is not trusted here ({error.verify_message})",
            "something between opens TLS, or this machine lacks Amazon's root CAs",
        )
    except OSError as error:
        return warning(
            f"{where} cannot be reached from here ({error.strerror or error})",
            "devices need it: open the port, or look from where they are",
        )
    return ok(where)


def _shake_hands(context: ssl.SSLContext, connection: socket.socket, host: str) -> None:
    try:
        context.wrap_socket(connection, server_hostname=host).close()
    except ssl.SSLCertVerificationError:
        raise
    except ssl.SSLError:
        pass  # it answered, and may refuse who has no certificate of its own
