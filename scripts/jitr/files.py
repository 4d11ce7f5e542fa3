"""Files that the command writes: whole or not at all, and never over somebody's key."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from jitr.failure import BadUseError, FailureError

PRIVATE = 0o600
PUBLIC = 0o644


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
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            os.fchmod(file.fileno(), mode)  # the umask may have taken more than was meant
            file.write(content)
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):  # where nothing can be made, nothing can be removed
            draft.unlink()
        raise FailureError(f"{path}: cannot be written ({error.strerror})") from None


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
