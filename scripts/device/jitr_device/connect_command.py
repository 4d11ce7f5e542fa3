"""The command `connect`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

from . import connecting
from .advice import advice, tell
from .amazon_roots import SOURCES
from .certificate import Certificate, read_certificate
from .connect_options import parser
from .connecting import AMAZON_ROOTS, Timed
from .options import FAILURE, ended, tolerate_any_terminal
from .outcome import Outcome
from .publication import Publication
from .publication_options import patience_of, publication_of

PROGRAM = "connect"


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run the command; the exit code."""
    tolerate_any_terminal()
    given = parser(PROGRAM).parse_args(arguments)
    return ended(lambda: _connect(given), PROGRAM)


def _connect(given: argparse.Namespace) -> int:
    certificate = read_certificate(given.cert)
    publication = publication_of(given, certificate)
    if given.show:
        return _show(publication)
    with tempfile.TemporaryDirectory(prefix="connect.") as name:
        folder = Path(name)
        ready = connecting.ready(publication, folder)
        timed = []
        for one in connecting.attempts(ready, patience_of(given), folder):
            timed.append(one)
            tell(one.attempt, len(timed), to_stderr=given.json)
    final = advice(timed[-1].attempt.outcome, publication, certificate.certificate_id)
    _report(timed, publication, certificate, final, as_json=given.json)
    return 0 if timed[-1].attempt.outcome is Outcome.ACCEPTED else FAILURE


def _show(publication: Publication) -> int:
    if publication.server_ca == AMAZON_ROOTS:
        print("# Amazon's roots, as this system has them:")
        print(f"cat {' '.join(SOURCES[:2])} > {AMAZON_ROOTS}")
    print(publication.line())
    return 0


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
        "alpn": publication.alpn,
        "topic": publication.topic,
        "key_holder": publication.holder.label,
        "attempts": [one.report() for one in timed],
    }
    print(json.dumps(report, indent=2))
