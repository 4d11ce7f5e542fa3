"""Signing with an authority in files in several processes: threads would wait for each other."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from jitr.bulk.candidate import Candidate
from jitr.lot.certificate_folder import CertificateFolder
from jitr.lot.desk import Authority, SigningDesk
from jitr.lot.outcome import Outcome
from pki.keys import SigningKey

CHUNK = 64
"""Requests handed over at once: some milliseconds of work."""
WAITING = 3
"""Chunks under way for each process, at most: memory does not grow with the lot."""

Settle = Callable[[Outcome], None]


@dataclass(frozen=True)
class Handed:
    """What a process gets to begin with, through a pipe: the key touches no disk."""

    certificate: bytes
    key: bytes
    validity: timedelta
    folder: Path

    @classmethod
    def of(cls, authority: Authority, folder: Path) -> "Handed":
        """Pack it."""
        encoding, format_ = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8
        key = authority.key.private_bytes(encoding, format_, serialization.NoEncryption())
        return cls(authority.certificate.public_bytes(encoding), key, authority.validity, folder)

    def desk(self) -> SigningDesk:
        """Unpack it."""
        certificate = x509.load_der_x509_certificate(self.certificate)
        key = serialization.load_der_private_key(self.key, None)
        if not isinstance(key, SigningKey):
            raise TypeError(f"{type(key).__name__} signs no certificates")
        return SigningDesk(
            Authority(certificate, key, self.validity), CertificateFolder(self.folder, certificate)
        )


class Processes:
    """Signs in `number` processes."""

    def __init__(self, authority: Authority, folder: Path, number: int) -> None:
        self._handed = Handed.of(authority, folder)
        self._number = number
        self._under_way: deque[Future[list[Outcome]]] = deque()

    def run(self, candidates: Iterable[Candidate], settle: Settle) -> None:
        """Sign every candidate; `settle` hears of each, in order.

        What a process has begun it finishes, and `settle` hears of it, when this is interrupted.

        Raises:
            AuthorityEnding, BadSignature, FailureError: as `SigningDesk.sign`.
        """
        with ProcessPoolExecutor(
            self._number, multiprocessing.get_context("spawn"), _begin, (self._handed,)
        ) as pool:
            try:
                for chunk in _chunks(candidates):
                    self._under_way.append(pool.submit(_sign, chunk))
                    self._settle(settle, leave=WAITING * self._number)
                self._settle(settle, leave=0)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                self._settle_done(settle)
                raise

    def _settle(self, settle: Settle, *, leave: int) -> None:
        """Settle the chunks that are done, and wait until no more than `leave` are under way."""
        while self._under_way and (len(self._under_way) > leave or self._under_way[0].done()):
            outcomes = self._under_way[0].result()
            self._under_way.popleft()
            for outcome in outcomes:
                settle(outcome)

    def _settle_done(self, settle: Settle) -> None:
        for chunk in self._under_way:
            if chunk.done() and not chunk.cancelled() and chunk.exception() is None:
                for outcome in chunk.result():
                    settle(outcome)


def _chunks(candidates: Iterable[Candidate]) -> Iterator[list[Candidate]]:
    each = iter(candidates)
    while chunk := list(islice(each, CHUNK)):
        yield chunk


_desk: SigningDesk


def _begin(handed: Handed) -> None:
    """Make ready a process that ends with the one that started it, and is not to be interrupted itself."""
    global _desk  # noqa: PLW0603  what a pool's process begins with has no other place
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _desk = handed.desk()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _sign(chunk: list[Candidate]) -> list[Outcome]:
    return [_desk.sign(candidate) for candidate in chunk]
