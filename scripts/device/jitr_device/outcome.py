"""What came of one attempt to publish, read from how curl, mosquitto_pub or openssl ended.

The first attempt of a new certificate is dropped by AWS IoT without an answer: over MQTT no CONNACK, over
HTTPS an empty reply. That is the registration at work, and must not look like a failure; the failures
must not look like it. The texts below were read off curl 7.88 and mosquitto_pub 2.0 with OpenSSL 3.0.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass

from .command_line import masked
from .tool import Finished


class Outcome(enum.Enum):
    """How an attempt ended; the value stands in `connect --json`."""

    ACCEPTED = "accepted"
    DROPPED = "dropped"  # closed without an answer to CONNECT or to the request
    RESET = "reset"  # broken off by TCP reset; AWS ends a first connection in order
    CONNECT_REFUSED = "connect_refused"
    PUBLISH_REFUSED = "publish_refused"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no_answer"
    NAME_NOT_RESOLVED = "name_not_resolved"
    SERVER_NOT_TRUSTED = "server_not_trusted"
    CERTIFICATE_REFUSED = "certificate_refused"
    ENGINE_MISSING = "engine_missing"
    KEY_UNUSABLE = "key_unusable"
    FAILED = "failed"

    @property
    def passes(self) -> bool:
        """Whether waiting may mend it."""
        return self in (
            Outcome.DROPPED,
            Outcome.RESET,
            Outcome.BUSY,
            Outcome.UNREACHABLE,
            Outcome.NO_ANSWER,
        )


@dataclass(frozen=True)
class Attempt:
    """One attempt's outcome, and what the tool said about it (one line, PIN masked)."""

    outcome: Outcome
    detail: str


HTTP_STATUS = re.compile(r"HTTP/1\.\d (\d{3})\b")

# Texts and what they mean, more particular ones first.
Texts = Sequence[tuple[str, Outcome]]

MOSQUITTO_TEXTS: Texts = (
    (r"Problem setting TLS engine", Outcome.ENGINE_MISSING),
    (r"engine private key|client key file|client certificate|values mismatch", Outcome.KEY_UNUSABLE),
    (r"File not found", Outcome.KEY_UNUSABLE),
    (r"certificate verify failed|host name verification failed", Outcome.SERVER_NOT_TRUSTED),
    (r"Unable to load CA certificates", Outcome.SERVER_NOT_TRUSTED),
    (r"alert", Outcome.CERTIFICATE_REFUSED),
    (r"Lookup error|Name or service not known|name resolution", Outcome.NAME_NOT_RESOLVED),
    (r"received CONNACK \([1-9]", Outcome.CONNECT_REFUSED),
    (r"received CONNACK \(0\)[\s\S]*connection was lost", Outcome.PUBLISH_REFUSED),
    (r"sending CONNECT[\s\S]*connection was lost", Outcome.DROPPED),
    (r"Connection refused|unreachable|No route to host|timed out", Outcome.UNREACHABLE),
)

OPENSSL_TEXTS: Texts = (
    (r"Invalid engine|could not load the shared library", Outcome.ENGINE_MISSING),
    (r"private key|values mismatch|No matching initialized token", Outcome.KEY_UNUSABLE),
    (r"verify error|certificate verify failed|hostname mismatch", Outcome.SERVER_NOT_TRUSTED),
    (r"no application protocol", Outcome.FAILED),
    (r"\balert\b", Outcome.CERTIFICATE_REFUSED),
    (r"Name or service not known|name resolution|No address associated", Outcome.NAME_NOT_RESOLVED),
    (r"Connection reset", Outcome.RESET),
    (r"Connection refused|unreachable|No route to host|timed out", Outcome.UNREACHABLE),
)

CURL_EXITS = {  # https://curl.se/docs/manpage.html, "EXIT CODES"
    6: Outcome.NAME_NOT_RESOLVED,
    7: Outcome.UNREACHABLE,
    28: Outcome.NO_ANSWER,
    35: Outcome.CERTIFICATE_REFUSED,
    51: Outcome.SERVER_NOT_TRUSTED,
    52: Outcome.DROPPED,
    53: Outcome.ENGINE_MISSING,
    54: Outcome.ENGINE_MISSING,
    55: Outcome.RESET,
    56: Outcome.RESET,
    58: Outcome.KEY_UNUSABLE,
    60: Outcome.SERVER_NOT_TRUSTED,
    77: Outcome.SERVER_NOT_TRUSTED,
}

HTTP_STATUSES = {
    200: Outcome.ACCEPTED,
    401: Outcome.PUBLISH_REFUSED,
    403: Outcome.PUBLISH_REFUSED,
    429: Outcome.BUSY,
    500: Outcome.BUSY,
    503: Outcome.BUSY,
}


def of_mosquitto(ended: Finished) -> Attempt:
    """Read `mosquitto_pub -d -q 1`: only a PUBACK counts as accepted."""
    if ended.exit_code is None:
        return Attempt(Outcome.NO_ANSWER, "mosquitto_pub was stopped after the time allowed")
    if ended.exit_code == 0 and "received PUBACK" in ended.text:
        return Attempt(Outcome.ACCEPTED, "PUBACK received")
    found = (outcome for text, outcome in MOSQUITTO_TEXTS if re.search(text, ended.text))
    return Attempt(next(found, Outcome.FAILED), _detail(ended, "mosquitto_pub"))


def of_curl(ended: Finished) -> Attempt:
    """Read curl's exit code first, then the HTTP status that `-w` printed last."""
    if ended.exit_code is None:
        return Attempt(Outcome.NO_ANSWER, "curl was stopped after the time allowed")
    if ended.exit_code == 0:
        body, _, status = ended.output.rpartition("\n")
        outcome = HTTP_STATUSES.get(int(status) if status.isdigit() else 0, Outcome.FAILED)
        return Attempt(outcome, f"HTTP {status} {body.strip()}"[:300])
    return Attempt(_of_curl_exit(ended), _detail(ended, "curl"))


def of_openssl(ended: Finished) -> Attempt:
    """Read `openssl s_client -quiet`: the HTTP answer on stdout, the TLS side's troubles on stderr."""
    if ended.exit_code is None:
        return Attempt(Outcome.NO_ANSWER, "openssl was stopped after the time allowed")
    head, _, body = ended.output.partition("\r\n\r\n")
    status = HTTP_STATUS.match(head)
    if status:
        outcome = HTTP_STATUSES.get(int(status.group(1)), Outcome.FAILED)
        return Attempt(outcome, f"HTTP {status.group(1)} {body.strip()}".strip()[:300])
    texts = (outcome for text, outcome in OPENSSL_TEXTS if re.search(text, ended.errors, re.IGNORECASE))
    found = next(texts, None)
    if found is None and ended.exit_code == 0 and not ended.output:  # it spoke TLS and was closed in order
        return Attempt(Outcome.DROPPED, "empty reply")
    return Attempt(found or Outcome.FAILED, _detail(ended, "openssl"))


def _of_curl_exit(ended: Finished) -> Outcome:
    outcome = CURL_EXITS.get(ended.exit_code or 0, Outcome.FAILED)
    alert = re.search(r"\balert\b", ended.errors)
    if outcome is Outcome.RESET and alert:  # TLS 1.3: the server's objection comes after the handshake
        return Outcome.CERTIFICATE_REFUSED
    if ended.exit_code == 35 and not alert:  # noqa: PLR2004  # closed inside the handshake, or no TLS at all
        return Outcome.FAILED
    return outcome


def _detail(ended: Finished, tool: str) -> str:
    """Pick the lines that matter: errors, without mosquitto_pub's account of its packets."""
    lines = [line for line in ended.text.splitlines() if line and not line.startswith("Client ")]
    useful = [
        line for line in lines if re.search(r"error|curl:|unable|problem|not found|PIN|refus", line, re.I)
    ]
    return masked("; ".join((useful or lines)[:4])[:500]) or f"{tool} ended with {ended.exit_code}"
