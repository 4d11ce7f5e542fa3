"""TOML files that need not be there: only one that is truly not there counts as none.

A link to nowhere, or a folder that may not be entered, says nothing of what somebody wrote; to go on without
it would lose what it protects (`removal = "retain"`).
"""

import tomllib
from pathlib import Path
from typing import Any


class UnreadableFile(Exception):  # noqa: N818  named for what is wrong
    """A file that cannot be read or is no TOML, or holds what it must not; the text names it."""


def read(path: Path) -> dict[str, Any] | None:
    """Read a file; None where there is none.

    Raises:
        UnreadableFile: it is there and cannot be read, or is no TOML.
    """
    try:
        return parsed(path, path.read_bytes().decode())
    except FileNotFoundError:
        if path.is_symlink():
            raise UnreadableFile(f"{path}: a link to a file that is not there") from None
        return None
    except (UnicodeDecodeError, OSError) as error:
        raise UnreadableFile(f"{path}: {error}") from None


def parsed(path: Path, text: str) -> dict[str, Any]:
    """Parse the text of a file.

    Raises:
        UnreadableFile: it is no TOML.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise UnreadableFile(f"{path}: nested too deeply") from None
    except ValueError as error:  # no TOML, or a number of more digits than Python reads
        raise UnreadableFile(f"{path}: {error}") from None
