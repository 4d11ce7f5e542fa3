"""Where certificates to be recorded come from: files, folders, standard input."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from jitr.failure import BadUseError
from jitr.issued.candidate import Candidate, Unreadable
from jitr.issued.csv_stream import read_csv
from jitr.issued.pem_stream import read_pem

STANDARD_INPUT = Path("-")
TABLE = ".csv"
SUFFIXES = {".pem", ".crt", ".cer", ".cert", TABLE}
"""What is read of a folder, in which keys and notes may lie as well."""

Reader = Callable[[BinaryIO, str], Iterator[Candidate | Unreadable]]


@dataclass
class Inputs:
    """Everything to be read, one certificate at a time; nothing is held.

    `read` counts the bytes so far, `ignored` the files in folders that have other suffixes.
    """

    paths: Sequence[Path]
    read: int = 0
    ignored: int = 0
    _before: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        for path in self.paths:
            if path != STANDARD_INPUT and not path.exists():
                raise BadUseError(f"{path}: is not there")

    @cached_property
    def total(self) -> int | None:
        """Bytes to be read in all; None when standard input is among them."""
        if STANDARD_INPUT in self.paths:
            return None
        return sum(_size(file) for path in self.paths for file in self._files(path))

    def __iter__(self) -> Iterator[Candidate | Unreadable]:
        self.read = self.ignored = self._before = 0
        for path in self.paths:
            if path == STANDARD_INPUT:
                yield from self._standard_input()
            elif path.is_dir():
                for file in self._files(path):
                    yield from self._of_file(file)
            else:
                yield from self._named(path)

    def _standard_input(self) -> Iterator[Candidate | Unreadable]:
        if sys.stdin is None:  # closed by whoever started this
            yield Unreadable("-", "standard input is closed")
        else:
            yield from self._followed(sys.stdin.buffer, "-", read_pem)

    def _named(self, file: Path) -> Iterator[Candidate | Unreadable]:
        """Give what a file holds that was named for its certificates, unlike one that lies in a folder."""
        nothing = True
        for found in self._of_file(file):
            nothing = False
            yield found
        if nothing:
            yield Unreadable(str(file), "holds no certificate; perhaps a key or a request")

    def _of_file(self, file: Path) -> Iterator[Candidate | Unreadable]:
        reader = read_csv if file.suffix.lower() == TABLE else read_pem
        try:
            with file.open("rb") as stream:
                yield from self._followed(stream, str(file), reader)
        except OSError as error:
            yield Unreadable(str(file), f"cannot be read ({error.strerror})")

    def _followed(self, stream: BinaryIO, name: str, reader: Reader) -> Iterator[Candidate | Unreadable]:
        counted = stream.seekable()
        for found in reader(stream, name):
            if counted:
                self.read = self._before + stream.tell()
            yield found
        if counted and not stream.closed:
            self.read = self._before + stream.tell()
        self._before = self.read

    def _files(self, path: Path) -> Iterator[Path]:
        if path == STANDARD_INPUT:
            return
        if not path.is_dir():
            yield path
            return
        for folder, folders, names in os.walk(path):
            folders.sort()
            for file in (Path(folder, name) for name in sorted(names)):
                if file.suffix.lower() in SUFFIXES and (file.is_file() or file.is_symlink()):
                    yield file
                else:
                    self.ignored += 1


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # said when it is its turn
        return 0
