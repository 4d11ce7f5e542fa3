"""One message to publish, as a curl or a mosquitto_pub command line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Optional
from urllib.parse import quote

from .errors import UsageError
from .key_holder import KeyHolder

TUTORIAL_MESSAGE = '{ "hello": "world"}'
DEFAULT_PORTS = {
    "mqtt": 8883,
    "https": 8443,
}  # AWS IoT Core developer guide, "Device communication protocols"
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

    def command(self, timeout: Optional[float] = None) -> list[str]:
        """Return the line that a person would type, or the one that is run, for `timeout` seconds."""
        return self._curl(timeout) if self.protocol == "https" else self._mosquitto(timeout)

    def _curl(self, timeout: Optional[float]) -> list[str]:
        """Return the tutorial's line. `-d` would read a file for a message that begins with @."""
        message = ["--data-raw" if self.message.startswith("@") else "-d", self.message]
        said = ["-v"] if timeout is None else ["-sS", "--max-time", f"{timeout:g}", "-w", "\n%{http_code}"]
        return [
            *["curl", "--tlsv1.2", *NO_OTHER_AUTHORITIES, "--cacert", str(self.server_ca)],
            *["--cert", str(self.certificate), *self.holder.curl_arguments()],
            *[*said, "-X", "POST", *message],
            f"https://{self.endpoint}:{self.port}/topics/{quote(self.topic)}?qos=1",
        ]

    def _mosquitto(self, timeout: Optional[float]) -> list[str]:
        """Use QoS 1, so that success means that the broker acknowledged the message (PUBACK)."""
        del timeout  # mosquitto_pub knows none; whoever runs it stops it
        return [
            *[
                "mosquitto_pub",
                "-d",
                "-h",
                self.endpoint,
                "-p",
                str(self.port),
                "--cafile",
                str(self.server_ca),
            ],
            *["--cert", str(self.certificate), *self.holder.mosquitto_arguments()],
            *["-i", self.thing, "-q", "1", "-t", self.topic, "-m", self.message],
        ]


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
