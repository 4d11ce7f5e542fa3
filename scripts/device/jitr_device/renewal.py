"""One renewal: signed, checked, proven, swapped; whatever fails before the swap changes nothing."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Optional

from . import connecting, files, signing_desk, signing_request, successor
from .advice import tell
from .certificate import Certificate, certificates_in, read_certificate
from .connecting import Patience, Timed
from .errors import DeviceError
from .outcome import Outcome
from .publication import Publication
from .signing_request import SigningRequest
from .subject import subject_of

LET_IN = frozenset({Outcome.ACCEPTED, Outcome.PUBLISH_REFUSED})
"""What only a certificate meets that is ACTIVE. The present one may be off by then, so it must make way."""


@dataclass(frozen=True)
class Done:
    """How a renewal ended; `kept` is the file of the former certificate, None when it is in use still."""

    current: Certificate
    new: Certificate
    publication: Publication
    attempts: Sequence[Timed]
    kept: Optional[Path]


@dataclass(frozen=True)
class Renewal:
    """The certificate in use, and how its successor shall be proven."""

    current: Certificate
    publication: Publication
    patience: Patience
    to_stderr: bool
    anew: bool = False
    """Whether to leave a certificate that waits from an earlier run."""

    def run(self, signed: Optional[Path], sign_command: Optional[str]) -> Done:
        """Take `signed` in, or have one signed by `sign_command`; DeviceError when it does not fit."""
        new = self._taken_in(signed) if signed else self._signed_by(sign_command or "")
        attempts = self._proven(new)
        kept = self._swapped() if attempts[-1].attempt.outcome in LET_IN else None
        return Done(self.current, new, self.publication, attempts, kept)

    @property
    def _place(self) -> Path:
        """The file itself: behind a symbolic link, the link stays."""
        return self.current.file.resolve()

    @property
    def _waiting(self) -> Path:
        """Where a new certificate waits until it is proven, e.g. zymkey.new.crt."""
        return self._place.with_name(f"{self._place.stem}.new{self._place.suffix}")

    def _checked(self, file: Path) -> Certificate:
        new = read_certificate(file)
        successor.check(new, self.current, datetime.now(timezone.utc))
        return new

    def _taken_in(self, signed: Path) -> Certificate:
        new = self._checked(signed)
        files.write(self._waiting, certificates_in(signed.read_text(encoding="ascii", errors="replace")))
        return replace(new, file=self._waiting)

    def _signed_by(self, command: str) -> Certificate:
        """Go on with one that waits from an earlier run, rather than have another signed each time."""
        if self._waiting.exists() and not self.anew:
            with contextlib.suppress(DeviceError):
                return self._checked(self._waiting)
        files.write(self._waiting, signing_desk.signed(self._csr(), command))
        try:
            return self._checked(self._waiting)
        except DeviceError:
            self._waiting.unlink()
            raise

    def _csr(self) -> str:
        with tempfile.TemporaryDirectory(prefix="renew.") as name:
            out = Path(name) / "renewal.csr"
            request = SigningRequest(self.publication.holder, subject_of(self.current.subject), out)
            signing_request.make(request, key_of=self.current)
            return out.read_text(encoding="ascii")

    def _proven(self, new: Certificate) -> list[Timed]:
        with tempfile.TemporaryDirectory(prefix="renew.") as name:
            folder = Path(name)
            ready = connecting.ready(replace(self.publication, certificate=new.file), folder)
            made = []
            for one in connecting.attempts(ready, self.patience, folder):
                made.append(one)
                tell(one.attempt, len(made), to_stderr=self.to_stderr)
            return made

    def _swapped(self) -> Path:
        """Keep the former one under its first day and its id, in which any two differ."""
        day = f"{self.current.not_before:%Y-%m-%d}"
        name = f"{self._place.stem}.{day}-{self.current.certificate_id[:8]}{self._place.suffix}"
        files.swap(self._waiting, self._place, kept=self._place.with_name(name))
        return self._place.with_name(name)
