"""Programs that are run as a person would: their output goes to a file, shown when they fail."""

import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from jitr.failure import FailureError
from jitr.local.process import Process

TAIL = 15


@dataclass(frozen=True)
class Program:
    """A program that runs; as a context manager it is ended, with all it started, if it has not itself."""

    name: str
    log: Path
    child: "subprocess.Popen[bytes]"

    @classmethod
    def start(cls, command: Sequence[str | Path], *, log: Path, cwd: Path, env: Mapping[str, str]) -> Self:
        """Start it in a session of its own, so that Ctrl-C ends it in order.

        Raises:
            FailureError: it is not installed.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        name = f"{Path(command[0]).name} {command[1]}"
        try:
            with log.open("wb") as file:
                child = subprocess.Popen(
                    list(map(str, command)),
                    cwd=cwd,
                    env=dict(env),
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except OSError as error:
            raise FailureError(
                f"{command[0]} cannot be run ({error.strerror}); `make clean setup` installs it"
            ) from None
        return cls(name, log, child)

    def wait(self) -> str:
        """Wait for its end and give what it said.

        Raises:
            FailureError: it failed; the text ends with the end of its output.
        """
        code = self.child.wait()
        said = self.log.read_text(errors="replace")
        if code:
            tail = "\n".join(said.splitlines()[-TAIL:])
            raise FailureError(f"{self.name} failed (exit code {code}, all of it in {self.log})\n{tail}")
        return said

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.child.poll() is None and (process := Process.of(self.child.pid)):
            process.end()
        with suppress(subprocess.TimeoutExpired):
            self.child.wait(timeout=1)


def run(command: Sequence[str | Path], *, log: Path, cwd: Path, env: Mapping[str, str]) -> str:
    """Run a program to its end and give what it said.

    Raises:
        FailureError: it failed, or is not installed.
    """
    with Program.start(command, log=log, cwd=cwd, env=env) as program:
        return program.wait()
