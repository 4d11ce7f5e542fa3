"""Files that change in one step, or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .errors import DeviceError

PUBLIC = 0o644


def write(file: Path, text: str) -> None:
    """Put `text` into `file`: a reader sees the old or the new, never half of it.

    It is on the disk before it takes its name, so that a power cut leaves one of the two.
    """
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    draft = Path(name)
    try:
        with os.fdopen(number, "w", encoding="ascii") as opened:
            os.fchmod(opened.fileno(), PUBLIC)
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(file)
    except BaseException:
        draft.unlink()
        raise
    _settle(file.parent)


def swap(new: Path, file: Path, *, kept: Path) -> None:
    """Rename `new` to `file`, and keep what was there as `kept`; after a failure `file` is as it was."""
    _keep(file, kept)
    try:
        new.replace(file)
    except BaseException:
        if new.exists():  # nothing was swapped, so there is nothing to keep
            kept.unlink()
        raise
    _settle(file.parent)


@contextlib.contextmanager
def alone(file: Path, work: str) -> Iterator[None]:
    """Keep other runs of the same command off the file's folder; the lock goes with the process."""
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DeviceError(f"{file.parent}: another {work} is at work here; let it finish") from None
        yield
    finally:
        os.close(folder)


def _keep(file: Path, kept: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        kept.unlink()  # the same certificate, from a run that was killed here
    try:
        os.link(file, kept)
    except OSError:  # FAT and some network folders have no hard links
        shutil.copy2(file, kept)


def _settle(folder: Path) -> None:
    """Let the folder itself reach the disk: the names are in it."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
