"""Publishing with patience: attempts, and the waits between them."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import outcome
from .amazon_roots import amazon_roots
from .outcome import Attempt, Outcome
from .publication import Publication
from .tool import run

LONGEST_WAIT = 20.0  # seconds
GRACE = 5.0  # seconds that curl may take beyond its own --max-time
AMAZON_ROOTS = Path("amazon-roots.pem")  # stands for Amazon's roots until `ready` writes the file

READERS = {"curl": outcome.of_curl, "mosquitto_pub": outcome.of_mosquitto, "openssl": outcome.of_openssl}


@dataclass(frozen=True)
class Patience:
    """How often, how long for each, and how long between (all times in seconds)."""

    attempts: int = 8
    timeout: float = 20.0
    first_wait: float = 1.0  # AWS IoT takes one CONNECT a second from a client id


@dataclass(frozen=True)
class Timed:
    """An attempt, and when it began and ended (milliseconds since the first began)."""

    attempt: Attempt
    began_ms: int
    ended_ms: int

    def report(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "outcome": self.attempt.outcome.value,
            "detail": self.attempt.detail,
            "began_ms": self.began_ms,
            "ended_ms": self.ended_ms,
        }


def ready(publication: Publication, folder: Path) -> Publication:
    """Return the same publication for tools that run inside `folder`, where files for them are put."""
    server_ca = publication.server_ca.absolute()
    if publication.server_ca == AMAZON_ROOTS:
        server_ca = folder / AMAZON_ROOTS
        server_ca.write_text(amazon_roots(), encoding="ascii")
    return replace(
        publication,
        server_ca=server_ca,
        certificate=publication.certificate.absolute(),
        holder=publication.holder.prepared(folder),
    )


def waits(patience: Patience, source: random.Random) -> Iterator[float]:
    """Seconds between attempts: doubling, each between half and all of it, so that a fleet spreads out."""
    for number in range(patience.attempts - 1):
        longest = min(LONGEST_WAIT, patience.first_wait * 2**number)
        yield source.uniform(longest / 2, longest)


def attempts(publication: Publication, patience: Patience, folder: Path) -> Iterator[Timed]:
    """Every attempt, as it ends; no more after one that was accepted or that waiting does not mend."""
    pauses = waits(patience, random.SystemRandom())
    start = time.monotonic()
    while True:
        began = time.monotonic()
        attempt = once(publication, patience.timeout, folder)
        yield Timed(attempt, _ms(began - start), _ms(time.monotonic() - start))
        pause = next(pauses, None)
        if attempt.outcome is Outcome.ACCEPTED or not attempt.outcome.passes or pause is None:
            return
        time.sleep(pause)


def once(publication: Publication, timeout: float, folder: Path) -> Attempt:
    """One attempt; the tool runs inside `folder`, where the key holder's files lie."""
    ended = run(
        publication.command(timeout),
        folder=folder,
        timeout=timeout + (GRACE if publication.tool == "curl" else 0),
        environment=publication.holder.environment,
        given=publication.request,
    )
    return READERS[publication.tool](ended)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
