"""The command `connect`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Optional

from . import connecting
from .advice import DROPPED_AGAIN, EXPECTED_FIRST_DROP, advice
from .amazon_roots import SOURCES, amazon_roots
from .certificate import Certificate, read_certificate
from .command_line import command_line
from .connect_options import parser
from .connecting import Patience
from .errors import UsageError
from .options import FAILURE, ended, key_holder_of, tolerate_any_terminal
from .outcome import Attempt, Outcome
from .publication import DEFAULT_PORTS, Publication, checked_endpoint, checked_topic
from .subject import checked_thing_name

PROGRAM = "connect"
AMAZON_ROOTS = Path("amazon-roots.pem")


@dataclass(frozen=True)
class Timed:
    """An attempt, and when it began and ended (milliseconds since the first began)."""

    attempt: Attempt
    began_ms: int
    ended_ms: int


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run the command; the exit code."""
    tolerate_any_terminal()
    given = parser(PROGRAM).parse_args(arguments)
    return ended(lambda: _connect(given), PROGRAM)


def _connect(given: argparse.Namespace) -> int:
    certificate = read_certificate(given.cert)
    publication = _publication(given, certificate)
    if given.show:
        return _show(given, publication)
    with tempfile.TemporaryDirectory(prefix="connect.") as name:
        folder = Path(name)
        ready = _ready(publication, folder, own_roots=given.server_ca is None)
        timed = []
        for one in _timed(ready, Patience(given.attempts, given.timeout, given.first_wait), folder):
            timed.append(one)
            _tell(one.attempt, len(timed), to_stderr=given.json)
    final = advice(timed[-1].attempt.outcome, publication, certificate.certificate_id)
    _report(timed, publication, certificate, final, as_json=given.json)
    return 0 if timed[-1].attempt.outcome is Outcome.ACCEPTED else FAILURE


def _publication(given: argparse.Namespace, certificate: Certificate) -> Publication:
    thing = given.thing_name or certificate.common_name
    if thing is None:
        raise UsageError(f"{given.cert}: names no thing (no common name); say which with --thing-name")
    checked_thing_name(thing)
    if given.server_ca is not None and not given.server_ca.is_file():
        raise UsageError(f"{given.server_ca}: no such file; --server-ca takes the server's CA (PEM)")
    return Publication(
        protocol=given.protocol,
        endpoint=checked_endpoint(given.endpoint),
        port=given.port or DEFAULT_PORTS[given.protocol],
        server_ca=given.server_ca or AMAZON_ROOTS,
        certificate=given.cert,
        holder=key_holder_of(given),
        thing=thing,
        topic=checked_topic(given.topic or f"{thing}/hello"),
        message=given.message,
    )


def _show(given: argparse.Namespace, publication: Publication) -> int:
    if given.server_ca is None:
        print("# Amazon's roots, as this system has them:")
        print(f"cat {' '.join(SOURCES[:2])} > {AMAZON_ROOTS}")
    print(command_line(publication.command(), publication.holder.environment))
    return 0


def _ready(publication: Publication, folder: Path, *, own_roots: bool) -> Publication:
    """Return the same publication for tools that run inside `folder`."""
    if own_roots:
        (folder / AMAZON_ROOTS).write_text(amazon_roots(), encoding="ascii")
    return replace(
        publication,
        server_ca=folder / AMAZON_ROOTS if own_roots else publication.server_ca.absolute(),
        certificate=publication.certificate.absolute(),
        holder=publication.holder.prepared(folder),
    )


def _timed(publication: Publication, patience: Patience, folder: Path) -> Iterator[Timed]:
    start = began = time.monotonic()
    for attempt in connecting.attempts(publication, patience, folder):
        now = time.monotonic()
        yield Timed(attempt, _ms(began - start), _ms(now - start))
        began = time.monotonic()


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _tell(attempt: Attempt, number: int, *, to_stderr: bool) -> None:
    text = attempt.detail
    if attempt.outcome is Outcome.DROPPED:
        text = EXPECTED_FIRST_DROP if number == 1 else DROPPED_AGAIN
    stream = sys.stderr if to_stderr else sys.stdout
    print(f"attempt {number}: {attempt.outcome.value}: {text}", file=stream, flush=True)


def _report(
    timed: Sequence[Timed], publication: Publication, certificate: Certificate, final: str, *, as_json: bool
) -> None:
    outcome = timed[-1].attempt.outcome
    if not as_json:
        print(f"{PROGRAM}: {final}", file=sys.stdout if outcome is Outcome.ACCEPTED else sys.stderr)
        return
    report = {
        "outcome": outcome.value,
        "message": final,
        "thing_name": publication.thing,
        "certificate_id": certificate.certificate_id,
        "protocol": publication.protocol,
        "endpoint": publication.endpoint,
        "port": publication.port,
        "topic": publication.topic,
        "key_holder": publication.holder.label,
        "attempts": [
            {
                "outcome": one.attempt.outcome.value,
                "detail": one.attempt.detail,
                "began_ms": one.began_ms,
                "ended_ms": one.ended_ms,
            }
            for one in timed
        ],
    }
    print(json.dumps(report, indent=2))
