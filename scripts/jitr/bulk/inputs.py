"""Where certificates or requests come from: files, folders, standard input."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePath
from typing import BinaryIO

from jitr.bulk.candidate import LONGEST, Candidate, Unreadable
from jitr.bulk.csv_stream import read_csv
from jitr.bulk.kind import CERTIFICATES, TABLE, Kind
from jitr.bulk.pem_stream import read_pem
from jitr.failure import BadUseError

STANDARD_INPUT = Path("-")

BEGIN = b"-----BEGIN "

Found = Iterator[Candidate | Unreadable]
Reader = Callable[[BinaryIO, str, Kind], Found]


@dataclass
class Inputs:
    """Everything to be read, one at a time; nothing is held.

    `read` counts the bytes so far, `ignored` the files in folders that have other suffixes.
    """

    paths: Sequence[Path]
    kind: Kind = CERTIFICATES
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

    def __iter__(self) -> Found:
        self.read = self.ignored = self._before = 0
        for path in self.paths:
            if path == STANDARD_INPUT:
                yield from self._standard_input()
            elif path.is_dir():
                for file in self._files(path):
                    below = file.relative_to(path)
                    yield from self._sure(file, below) if self._is_sure(file) else self._of_file(file, below)
            else:
                yield from self._sure(path, PurePath(path.name))

    def _is_sure(self, file: Path) -> bool:
        return file.suffix.lower() in self.kind.sure

    def _standard_input(self) -> Found:
        if sys.stdin is None:  # closed by whoever started this
            yield Unreadable("-", "standard input is closed")
        else:
            yield from self._followed(sys.stdin.buffer, "-", read_pem)

    def _sure(self, file: Path, below: PurePath) -> Found:
        """Give what a file holds that was named for it, unlike one that only lies in a folder."""
        nothing = True
        for found in self._of_file(file, below):
            nothing = False
            yield found
        if nothing:
            yield Unreadable(str(file), f"holds no {self.kind.noun}; {self.kind.instead}")

    def _of_file(self, file: Path, below: PurePath) -> Found:
        try:
            with file.open("rb") as stream:
                yield from self._of_stream(stream, file, below)
        except OSError as error:
            yield Unreadable(str(file), f"cannot be read ({error.strerror})")

    def _of_stream(self, stream: BinaryIO, file: Path, below: PurePath) -> Found:
        if file.suffix.lower() == TABLE:
            yield from self._followed(stream, str(file), read_csv)
        elif self.kind.alone and stream.seekable():
            yield from self._alone(stream, file, below)
        else:
            yield from self._followed(stream, str(file), read_pem)

    def _alone(self, stream: BinaryIO, file: Path, below: PurePath) -> Found:
        """Give the one of a file with all that stands around it; or each, where there are several."""
        whole = stream.read(LONGEST)
        long, number = len(whole) == LONGEST, self.kind.begins_in(whole)
        if number == 1 and not long:
            self.read = self._before = self._before + len(whole)
            # What is no text stays no text, for whoever judges it.
            yield Candidate(str(file), whole.decode(errors="surrogateescape"), below)
        elif number or long or BEGIN not in whole:  # else it is another kind of PEM, a key perhaps
            stream.seek(0)
            yield from self._followed(stream, str(file), read_pem)

    def _followed(self, stream: BinaryIO, name: str, reader: Reader) -> Found:
        counted = stream.seekable()
        for found in reader(stream, name, self.kind):
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
                if file.suffix.lower() in self.kind.suffixes and (file.is_file() or file.is_symlink()):
                    yield file
                else:
                    self.ignored += 1


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # said when it is its turn
        return 0
