"""What `renew` says at its end, to people or as JSON."""

from __future__ import annotations

import json
import sys
from typing import Any, Optional

from .advice import advice
from .certificate import Certificate
from .options import FAILURE
from .outcome import Outcome
from .renewal import Done
from .successor import written

PROGRAM = "renew"

NOT_REGISTERED = (
    "{new} was not let in, so {file} stays in use. Registration may need longer: run it again, soon, the"
    " new certificate waits in {path}. If it never gets in, the environment's rule for a second certificate"
    ' of a thing is likely second_certificate = "refuse": an operator lets it take the present one\'s place'
    " with: jitr device replace {thing} {new}. The operator can ask, too: jitr why {new}"
)
NOT_PROVEN = (
    "{new} is not proven, so {file} stays in use; it waits in {path}. {why}. Run it again, soon: if AWS IoT"
    ' let the new one in meanwhile, the present one may be off already (second_certificate = "replace")'
)
NOT_PUBLISHED = (
    ". AWS IoT let the new one in, but not its message: the topic is not one of its own, or, over HTTPS, the"
    " environment's provisioning.thing_name is another than the common name"
)


def short(outcome: str, message: str, current: Certificate, *, as_json: bool) -> int:
    """Report a run that changed nothing and was not meant to; the exit code."""
    if as_json:
        print(json.dumps(_report(outcome, message, current, None, None), indent=2))
    else:
        print(f"{PROGRAM}: {message}")
    return 0


def full(done: Done, *, as_json: bool) -> int:
    """Report a renewal that came to its proof; the exit code."""
    final = done.attempts[-1].attempt.outcome
    message = _success(done) if done.kept else _failure(done, final)
    if as_json:
        kept = str(done.kept) if done.kept else None
        report = _report("renewed" if done.kept else final.value, message, done.current, done.new, kept)
        print(json.dumps({**report, "attempts": [one.report() for one in done.attempts]}, indent=2))
    else:
        print(f"{PROGRAM}: {message}", file=sys.stdout if done.kept else sys.stderr)
    return 0 if done.kept else FAILURE


def _success(done: Done) -> str:
    return (
        f"{done.current.file}: renewed until {written(done.new.not_after)}; the former certificate is in"
        f" {done.kept}. A client that runs uses the new one when it connects the next time"
        + (NOT_PUBLISHED if done.attempts[-1].attempt.outcome is Outcome.PUBLISH_REFUSED else "")
    )


def _failure(done: Done, final: Outcome) -> str:
    why = advice(final, done.publication, done.new.certificate_id)
    text = NOT_REGISTERED if final is Outcome.DROPPED else NOT_PROVEN
    return text.format(
        new=done.new.certificate_id,
        file=done.current.file,
        path=done.new.file,
        thing=done.publication.thing,
        why=why,
    )


def _report(
    outcome: str, message: str, current: Certificate, new: Optional[Certificate], kept: Optional[str]
) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "message": message,
        "thing_name": current.common_name,
        "file": str(current.file),
        "former": _described(current),
        "new": _described(new) if new else None,
        "kept": kept,
        "attempts": [],
    }


def _described(certificate: Certificate) -> dict[str, str]:
    return {
        "certificate_id": certificate.certificate_id,
        "not_before": certificate.not_before.isoformat(),
        "not_after": certificate.not_after.isoformat(),
    }
