"""Publishing with patience: attempts, and the waits between them."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import outcome
from .outcome import Attempt, Outcome
from .publication import Publication
from .tool import run

LONGEST_WAIT = 20.0  # seconds
GRACE = 5.0  # seconds that curl may take beyond its own --max-time


@dataclass(frozen=True)
class Patience:
    """How often, how long for each, and how long between (all times in seconds)."""

    attempts: int = 8
    timeout: float = 20.0
    first_wait: float = 1.0  # AWS IoT takes one CONNECT a second from a client id


def waits(patience: Patience, source: random.Random) -> Iterator[float]:
    """Seconds between attempts: doubling, each between half and all of it, so that a fleet spreads out."""
    for number in range(patience.attempts - 1):
        longest = min(LONGEST_WAIT, patience.first_wait * 2**number)
        yield source.uniform(longest / 2, longest)


def attempts(publication: Publication, patience: Patience, folder: Path) -> Iterator[Attempt]:
    """Every attempt, as it ends; no more after one that was accepted or that waiting does not mend."""
    pauses = waits(patience, random.SystemRandom())
    while True:
        attempt = once(publication, patience.timeout, folder)
        yield attempt
        pause = next(pauses, None)
        if attempt.outcome is Outcome.ACCEPTED or not attempt.outcome.passes or pause is None:
            return
        time.sleep(pause)


def once(publication: Publication, timeout: float, folder: Path) -> Attempt:
    """One attempt; the tool runs inside `folder`, where the key holder's files lie."""
    https = publication.protocol == "https"
    ended = run(
        publication.command(timeout),
        folder=folder,
        timeout=timeout + (GRACE if https else 0),
        environment=publication.holder.environment,
    )
    return outcome.of_curl(ended) if https else outcome.of_mosquitto(ended)
