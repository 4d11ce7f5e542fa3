"""Files that the command writes: whole or not at all, and never over somebody's key."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from jitr.failure import BadUseError, FailureError

PRIVATE = 0o600
PUBLIC = 0o644
WITHOUT_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""What file systems say that know no hard links: those of memory sticks and some networks (link(2))."""


def refuse_existing(paths: list[Path], *, force: bool) -> None:
    """Refuse to go on when one of `paths` is there already and `force` was not asked for.

    Raises:
        BadUseError: naming the first file that is in the way.
    """
    for path in paths:
        if path.is_dir():
            raise BadUseError(f"{path}: is a folder; name a file")
        if not force and (path.exists() or path.is_symlink()):
            raise BadUseError(f"{path}: exists already and was left as it is; --force overwrites it")


def write(path: Path, content: bytes, mode: int = PUBLIC) -> None:
    """Write `content` to `path` in one step, with `mode` from the first byte on.

    A reader sees the old file or the new one, never half of it; a symbolic link is replaced, not followed.

    Raises:
        FailureError: the folder cannot be written.
    """
    with _draft(path, content, mode) as draft:
        draft.replace(path)


def create(path: Path, content: bytes, mode: int = PUBLIC) -> None:
    """Write `content` to `path` in one step, unless something is there: of two at once, one gets it.

    Raises:
        FileExistsError: something is there, and stays as it is.
        FailureError: the folder cannot be written.
    """
    with _draft(path, content, mode) as draft:
        try:
            path.hardlink_to(draft)
        except OSError as error:
            if error.errno not in WITHOUT_LINKS:
                raise
            if path.exists() or path.is_symlink():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
            draft.replace(path)


@contextmanager
def _draft(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """Write a file beside `path`, which is gone again when it was not made `path` itself."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(_opened(draft, mode), "wb") as file:
            os.fchmod(file.fileno(), mode)  # the umask may have taken more than was meant
            file.write(content)
        yield draft
    except FileExistsError:
        raise
    except OSError as error:
        raise FailureError(f"{path}: cannot be written ({error.strerror})") from None
    finally:
        with suppress(OSError):  # where nothing can be made, nothing can be removed
            draft.unlink()


def _opened(draft: Path, mode: int) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        return os.open(draft, flags, mode)
    except FileNotFoundError:
        draft.parent.mkdir(parents=True, exist_ok=True)
        return os.open(draft, flags, mode)


def read(path: Path, limit: int = 1 << 20) -> bytes:
    """Read a small file.

    Raises:
        BadUseError: not there, not readable, a folder, or larger than `limit` bytes.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise BadUseError(f"{path}: cannot be read ({error.strerror})") from None
    if len(content) > limit:
        raise BadUseError(f"{path}: larger than {limit:,} bytes; that is not what belongs here")
    return content
