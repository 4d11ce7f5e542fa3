"""The calls to AWS that the observing server noted, and waiting for one of them."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FILE = "calls.jsonl"
"""In the server's folder: one JSON object per answered call."""

LOOKED_EVERY = 0.001
"""Seconds between two looks at the file's end; they cost neither the server nor the result anything."""


@dataclass(frozen=True)
class Call:
    """A call that was answered.

    `answered` is when, in seconds of the machine's monotonic clock, which all its processes share;
    `took` is how long the server needed for it; `caller` the function's name, or `administrator`.
    """

    answered: float
    took: float
    caller: str
    operation: str | None
    """As IAM names it, such as `iot:AttachPolicy`; None for what is no AWS call."""
    status: int
    activated: str | None
    """Certificate id, when the call set it ACTIVE."""

    @classmethod
    def read(cls, line: str) -> "Call":
        """Read a line of the file."""
        return cls(**json.loads(line))

    @property
    def succeeded(self) -> bool:
        """Whether AWS did it."""
        return self.status // 100 == 2  # noqa: PLR2004  HTTP


@dataclass
class Calls:
    """Every call since the server started, in the order of the answers."""

    file: Path
    seen: list[Call] = field(default_factory=list)
    activations: dict[str, float] = field(default_factory=dict)
    """When each certificate was first set ACTIVE, by its id."""
    _read: int = 0

    def catch_up(self) -> None:
        """Read what was noted since the last time."""
        for call in self._unread():
            self.seen.append(call)
            if call.activated and call.succeeded:
                self.activations.setdefault(call.activated, call.answered)

    def activation(self, certificate_id: str, patience: float) -> float | None:
        """Wait until a certificate was set ACTIVE and tell when; None when it never was."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            self.catch_up()
            if certificate_id in self.activations:
                return self.activations[certificate_id]
            time.sleep(LOOKED_EVERY)
        return None

    def between(self, begun: float, ended: float) -> list[Call]:
        """Give the calls that were answered in a span of the monotonic clock."""
        self.catch_up()
        return [call for call in self.seen if begun <= call.answered <= ended]

    def _unread(self) -> Iterator[Call]:
        if not self.file.exists():
            return
        with self.file.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):  # half written
                    return
                self._read += len(line)
                yield Call.read(line.decode())
