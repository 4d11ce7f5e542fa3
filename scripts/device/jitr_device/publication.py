"""One message to publish, as a command line of curl, mosquitto_pub or openssl."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Optional
from urllib.parse import quote

from .command_line import command_line
from .errors import UsageError
from .key_holder import KeyHolder

TUTORIAL_MESSAGE = '{ "hello": "world"}'
# AWS IoT Core developer guide, "Device communication protocols": ports, and the names to announce on 443.
DEFAULT_PORTS = {"mqtt": 8883, "https": 8443}
ALPN_PORT = 443
ALPN_NAMES = {"mqtt": "x-amzn-mqtt-ca", "https": "x-amzn-http-ca"}
LONGEST_TOPIC = 256  # bytes; AWS IoT Core quotas
HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")

# Even with --cacert, curl looks into its built-in folder of authorities; this keeps it from doing so.
NO_OTHER_AUTHORITIES = ["--capath", "/dev/null"]


@dataclass(frozen=True)
class Publication:
    """Where, as whom, and what. `server_ca` is a PEM file; `thing` is the MQTT client id."""

    protocol: str
    endpoint: str
    port: int
    server_ca: Path
    certificate: Path
    holder: KeyHolder
    thing: str
    topic: str
    message: str
    alpn: bool = False  # announce the protocol in the TLS handshake, as port 443 wants it

    @property
    def tool(self) -> str:
        """The program that speaks: curl cannot announce a protocol of its caller's, openssl can."""
        if self.protocol == "mqtt":
            return "mosquitto_pub"
        return "openssl" if self.alpn else "curl"

    @property
    def request(self) -> bytes:
        """What openssl is given on its stdin: the HTTP request. The others need nothing."""
        return self._request_head().encode() + self.message.encode() if self.tool == "openssl" else b""

    def command(self, timeout: Optional[float] = None) -> list[str]:
        """Return the line that a person would type, or the one that is run, for `timeout` seconds."""
        if self.tool == "curl":
            return self._curl(timeout)
        return self._mosquitto() if self.tool == "mosquitto_pub" else self._s_client()

    def line(self) -> str:
        """Return the same for a shell, the PIN masked."""
        line = command_line(self.command(), self.holder.environment)
        if not self.request:
            return line
        head = self._request_head().replace("\r\n", r"\r\n").replace("%", "%%")
        return f"{command_line(['printf', head + '%s', self.message])} | {line}"

    def _curl(self, timeout: Optional[float]) -> list[str]:
        """Return the tutorial's line. `-d` would read a file for a message that begins with @."""
        message = ["--data-raw" if self.message.startswith("@") else "-d", self.message]
        said = ["-v"] if timeout is None else ["-sS", "--max-time", f"{timeout:g}", "-w", "\n%{http_code}"]
        return [
            *["curl", "--tlsv1.2", *NO_OTHER_AUTHORITIES, "--cacert", str(self.server_ca)],
            *["--cert", str(self.certificate), *self.holder.curl_arguments()],
            *[*said, "-X", "POST", *message],
            f"https://{self.endpoint}:{self.port}{self._path()}",
        ]

    def _s_client(self) -> list[str]:
        """Speak TLS with the held key and announce the protocol; `-quiet` waits for the answer."""
        return [
            *["openssl", "s_client", "-quiet", "-connect", f"{self.endpoint}:{self.port}"],
            *["-servername", self.endpoint, "-verify_hostname", self.endpoint, "-verify_return_error"],
            *["-alpn", ALPN_NAMES["https"], "-CAfile", str(self.server_ca)],
            *["-cert", str(self.certificate), *self.holder.s_client_arguments()],
        ]

    def _mosquitto(self) -> list[str]:
        """Use QoS 1, so that success means that the broker acknowledged the message (PUBACK)."""
        announced = ["--tls-alpn", ALPN_NAMES["mqtt"]] if self.alpn else []
        return [
            *["mosquitto_pub", "-d", "-h", self.endpoint, "-p", str(self.port), *announced],
            *["--cafile", str(self.server_ca)],
            *["--cert", str(self.certificate), *self.holder.mosquitto_arguments()],
            *["-i", self.thing, "-q", "1", "-t", self.topic, "-m", self.message],
        ]

    def _path(self) -> str:
        return f"/topics/{quote(self.topic)}?qos=1"

    def _request_head(self) -> str:
        headers = [
            f"POST {self._path()} HTTP/1.1",
            f"Host: {self.endpoint}",
            f"Content-Length: {len(self.message.encode())}",
            "Connection: close",
        ]
        return "".join(f"{header}\r\n" for header in [*headers, ""])


def checked_endpoint(name: str) -> str:
    """Return a host name, without scheme, port or path; UsageError otherwise."""
    if not HOST_NAME.fullmatch(name):
        raise UsageError(
            f"endpoint {name!r}: give the host name alone, e.g. abc123-ats.iot.eu-west-1.amazonaws.com"
        )
    return name


def checked_topic(topic: str) -> str:
    """Return a topic that one may publish to (MQTT 3.1.1, section 4.7); UsageError otherwise."""
    if not topic or re.search(r"[+#\x00]", topic) or len(topic.encode()) > LONGEST_TOPIC:
        raise UsageError(
            f"topic {topic!r}: 1 to {LONGEST_TOPIC} bytes, without + and # (those are for subscribing)"
        )
    return topic
