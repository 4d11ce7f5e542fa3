"""What is written down about a running local AWS, for the commands that come later."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from jitr.files import write
from jitr.local.ports import LABELS, Ports
from jitr.local.process import Process

FILE = "state.json"


@dataclass(frozen=True)
class State:
    """A server that was started: its process, its ports, its Region."""

    process: Process
    ports: Ports
    region: str

    def save(self, folder: Path) -> None:
        """Keep it in `folder`."""
        write(folder / FILE, json.dumps(asdict(self), indent=2).encode() + b"\n")


def load(folder: Path) -> State | None:
    """Read what `folder` holds: None when there is nothing, or nothing that can be understood."""
    try:
        kept = json.loads((folder / FILE).read_text())
        return State(
            Process(int(kept["process"]["pid"]), str(kept["process"]["started"])),
            Ports(**{name: int(kept["ports"][name]) for name in LABELS}),
            str(kept["region"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Wait until nobody else starts a server in `folder`, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def forget(folder: Path) -> None:
    """Remove what is kept in `folder`."""
    (folder / FILE).unlink(missing_ok=True)
