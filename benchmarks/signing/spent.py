"""What commands spend: seconds on the clock, and of CPUs, children's included."""

import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Spent:
    """What some certificates took."""

    certificates: int
    seconds: float
    cpu_seconds: float

    @property
    def per_second(self) -> float:
        """Certificates a second."""
        return self.certificates / self.seconds

    @property
    def per_cpu_second(self) -> float:
        """Certificates a second of one CPU: what others on the machine take does not show in it."""
        return self.certificates / self.cpu_seconds


def spent(
    commands: Sequence[Sequence[str | Path]],
    certificates: int,
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> Spent:
    """Run commands one after the other.

    Raises:
        RuntimeError: with what a command said that failed.
    """
    begun, before = time.monotonic(), _cpu()
    for command in commands:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr}")
    return Spent(certificates, time.monotonic() - begun, _cpu() - before)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
