"""An HTTPS server that asks for no client certificate and tells a date of the test's choice."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.device.authority import ServerIdentity


@contextmanager
def dated_server(
    identity: ServerIdentity, *, ahead: timedelta = timedelta(0), alpn: bool = True
) -> Iterator[int]:
    """The port of a server whose clock is `ahead` of ours, and which knows AWS's ALPN names or not."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(403)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return format_datetime(datetime.now(UTC) + ahead, usegmt=True)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name for it
            """Say nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.certificate, identity.key)
    if alpn:
        context.set_alpn_protocols(["x-amzn-mqtt-ca", "x-amzn-http-ca"])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]  # clients hang up
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        serving.join(10)
