"""HTTPS publish as devices do it: by curl, with the options of the tutorial's line."""

import json
import ssl
import subprocess
from dataclasses import dataclass
from http.client import HTTPSConnection
from pathlib import Path
from urllib.parse import quote

from fleet import Identity

EMPTY_REPLY = 52  # https://curl.se/docs/manpage.html, "EXIT CODES"


@dataclass(frozen=True)
class Reply:
    """How curl ended, and the answer if there was one."""

    exit_code: int
    status: int
    body: dict[str, str]
    headers: dict[str, str]

    @property
    def message(self) -> str | None:
        return self.body.get("message")


def curl(identity: Identity, target: str, *options: str, payload: Path | str = "{}") -> Reply:
    """POST to a target such as /topics/a?qos=1; a payload is text or a file."""
    device = identity.device
    assert device.endpoint.server_ca
    data = f"@{payload}" if isinstance(payload, Path) else payload
    head = device.certificate.with_name("head.txt")
    line = ["curl", "-sS", "--max-time", "30", "--tlsv1.2", "--cacert", device.endpoint.server_ca]
    line += ["--cert", str(device.certificate), "--key", str(device.key.folder / "device.key")]
    line += ["-D", str(head), "-w", "\n%{http_code}", "--data-binary", data, *options]
    line += [f"https://localhost:{device.endpoint.https_port}{target}"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    body, _, status = done.stdout.rpartition("\n")
    answered = done.returncode == 0
    return Reply(
        done.returncode,
        int(status),
        json.loads(body) if answered and body else {},
        _headers(head.read_text()),
    )


def publish(identity: Identity, topic: str, *options: str, payload: Path | str = "{}") -> Reply:
    """POST a message to a topic, QoS 1."""
    return curl(identity, f"/topics/{quote(topic, safe='')}?qos=1", *options, payload=payload)


def _headers(head: str) -> dict[str, str]:
    """Read the last answer's headers; the names are as they were sent."""
    last = head.strip().split("\n\n")[-1]
    return dict(line.split(": ", 1) for line in last.splitlines()[1:] if ": " in line)


def tls(identity: Identity, *protocols: str) -> ssl.SSLContext:
    """A device's TLS, which offers these protocols by ALPN."""
    context = ssl.create_default_context(cafile=identity.device.endpoint.server_ca)
    context.load_cert_chain(identity.device.certificate, identity.device.key.folder / "device.key")
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


def connection(identity: Identity, port: int, *protocols: str) -> HTTPSConnection:
    """A connection that is kept, with ALPN: curl can offer no protocol of AWS's."""
    return HTTPSConnection("localhost", port, timeout=30, context=tls(identity, *protocols))
