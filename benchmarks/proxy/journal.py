"""What went through the proxy: one JSON line per call."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.proxy.faults import Fault


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call and what became of it."""

    at: float
    """When it was over, of `time.monotonic()`, which all processes of a machine share."""
    seconds: float
    """How long it took, injected delays included."""
    upstream: float
    """Of these, the seconds that AWS took; 0 when the call did not get there."""
    service: str
    operation: str
    status: int | None
    """Of AWS's answer, or of the proxy's in its place; None when the call never got an answer."""
    throttled: bool = False
    fault: str | None = None
    certificate_id: str | None = None
    thing_name: str | None = None
    new_status: str | None = None
    """Of an UpdateCertificate."""

    @property
    def done(self) -> bool:
        """Whether it took effect, also when its answer was lost."""
        return self.status is not None and self.status < 300  # noqa: PLR2004  HTTP's success

    @property
    def activation(self) -> bool:
        """Whether it set a certificate ACTIVE."""
        return self.done and self.operation == "UpdateCertificate" and self.new_status == "ACTIVE"

    @property
    def failed_on_purpose(self) -> bool:
        """Whether the caller got no proper answer because of an injected fault."""
        return self.fault in {Fault.ERROR, Fault.LOST_ANSWER, Fault.RESET}


class Journal:
    """A file that calls are written to, each at once, so that another process can read them."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("a", buffering=1, encoding="utf-8")  # by lines

    def write(self, call: Call) -> None:
        """Add a call."""
        self._file.write(json.dumps(asdict(call)) + "\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


class Tail:
    """Reads a journal while it is being written: each time, what is new."""

    def __init__(self, file: Path, *, from_end: bool = False) -> None:
        self._file = file
        self._position = file.stat().st_size if from_end and file.exists() else 0

    def new(self) -> list[Call]:
        """Give the calls since the last time; half a line is left for the next."""
        if not self._file.exists():
            return []
        with self._file.open("rb") as lines:
            lines.seek(self._position)
            whole, _, _rest = lines.read().rpartition(b"\n")
        if not whole:
            return []
        self._position += len(whole) + 1
        return [Call(**json.loads(line)) for line in whole.splitlines()]
