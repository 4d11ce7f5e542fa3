"""The command `renew`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Optional

from . import files, renewal_report, signing_request
from .certificate import Certificate, read_certificate
from .errors import UsageError
from .options import ended, key_holder_of, tolerate_any_terminal
from .publication import Publication
from .publication_options import patience_of, publication_of
from .renew_options import parser
from .renewal import Renewal
from .signing_request import SigningRequest
from .subject import subject_of
from .successor import in_words, left, written

PROGRAM = "renew"


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run the command; the exit code."""
    tolerate_any_terminal()
    given = parser(PROGRAM).parse_args(arguments)
    return ended(lambda: _renew(given), PROGRAM)


def _renew(given: argparse.Namespace) -> int:
    current = read_certificate(given.cert)
    remaining = left(current, datetime.now(timezone.utc))
    if given.if_within is not None and remaining > given.if_within:
        until = f"{current.file}: valid until {written(current.not_after)}, {in_words(remaining)} left"
        return renewal_report.short("not_due", f"{until}: nothing to do", current, as_json=given.json)
    if given.csr_out is not None:
        return _hand_out(given, current)
    publication = _proof(given, current)
    with files.alone(current.file.resolve(), PROGRAM):
        renewal = Renewal(current, publication, patience_of(given), to_stderr=given.json, anew=given.anew)
        done = renewal.run(given.certificate, given.sign_command)
    return renewal_report.full(done, as_json=given.json)


def _hand_out(given: argparse.Namespace, current: Certificate) -> int:
    request = SigningRequest(key_holder_of(given), subject_of(current.subject), given.csr_out)
    signing_request.check_place(request, force=False)
    signing_request.make(request, key_of=current)
    said = f"{given.csr_out}: CSR for {current.common_name}; when signed: renew --certificate FILE"
    return renewal_report.short("handed_out", said, current, as_json=given.json)


def _proof(given: argparse.Namespace, current: Certificate) -> Publication:
    """Return what shall be published with the new certificate; UsageError when it cannot be."""
    if given.endpoint is None:
        raise UsageError("--endpoint is missing: the new certificate is proven there before it is used")
    publication = publication_of(given, current)
    publication.command()  # a key holder that cannot speak TLS says so here, before anything is signed
    if given.protocol == "mqtt":
        print(
            f"{PROGRAM}: over MQTT the proof connects as {publication.thing}, and throws a running connection"
            " of that client id out",
            file=sys.stderr,
        )
    return publication
