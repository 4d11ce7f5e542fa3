"""Processes, known by number and start time, so that a number used again is never taken for the old one."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

CHECKED_EVERY = 0.02  # seconds
PATIENCE = 8.0  # seconds that a process is given to end by itself
LINGERING = 0.5  # seconds for the killed rest of a group; what nobody collects may stay listed for ever


@dataclass(frozen=True)
class Process:
    """A process that leads a session of its own; `started` is whatever the system says, compared only."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> Self | None:
        """Give the running process `pid`, or None."""
        started = _started(pid)
        return cls(pid, started) if started else None

    def alive(self) -> bool:
        """Tell whether this very process still runs."""
        return _started(self.pid) == self.started

    def end(self) -> None:
        """End it and whatever it started in its session: first asked, then forced. Others are not touched."""
        if not self.alive() or not _signal_group(self.pid, signal.SIGTERM):
            return
        _wait_while(self.alive, PATIENCE)
        _signal_group(self.pid, signal.SIGKILL)
        _wait_while(self.alive, PATIENCE)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)  # when it is a child of ours, let it go
        _wait_while(lambda: _signal_group(self.pid, 0), LINGERING)


def _wait_while(condition: Callable[[], bool], patience: float) -> None:
    until = time.monotonic() + patience
    while condition() and time.monotonic() < until:
        time.sleep(CHECKED_EVERY)


def _signal_group(pid: int, number: int) -> bool:
    """Send a signal (0: none) to the group that `pid` leads; False when nobody is in it.

    The leader's number stays taken as its group's number while any member lives.
    """
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _started(pid: int) -> str | None:
    if Path("/proc/self/stat").exists():
        return _started_by_proc(pid)
    listed = subprocess.run(  # nosec B607 # where `ps` is differs from system to system
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip() or None


def _started_by_proc(pid: int) -> str | None:
    try:
        # The name, in parentheses, may hold blanks; after it state is field 3, start time 22 (proc(5)).
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else fields[19]
