"""What the authorities of an environment are, kept beside its file, so that none changes unawares.

An authority lives ten years. Its key, subject, mode or validity cannot change in place: devices hang on it.
The lock, committed with the environment, is how a synthesis knows what was there without asking AWS.
"""

import json
from pathlib import Path
from typing import Any

from jitr_stack.environments import file_of
from jitr_stack.settings import Settings, SettingsError, read_layers


def lock_file(environment: str, folder: Path) -> Path:
    """Give the lock of an environment's authorities."""
    return folder / f"{environment}.lock.json"


def hold(settings: Settings, folder: Path) -> Path | None:
    """Refuse an authority that became another one; note those that came and went.

    Returns the lock where it was written anew (it wants to be committed), else None. An environment on the
    embedded AWS lives too short for a lock.

    Raises:
        SettingsError: an authority changed without `replace = true`, or the lock cannot be read or written.
    """
    if not changes(settings, folder):
        return None
    file = lock_file(settings.name, folder)
    _write(file, _identities(settings))
    return file


def changes(settings: Settings, folder: Path) -> bool:
    """Tell whether authorities came or went since the lock was written; nothing is written.

    Raises:
        SettingsError: as `hold`.
    """
    if settings.local:
        return False
    locked, wanted = _read(lock_file(settings.name, folder)), _identities(settings)
    for name in wanted.keys() & locked.keys():
        if wanted[name] != locked[name] and not settings.authorities[name].replace:
            raise SettingsError(_refusal(settings.name, folder, name, wanted[name], locked[name]))
    return wanted != locked


def _identities(settings: Settings) -> dict[str, Any]:
    return {name: authority.identity() for name, authority in sorted(settings.authorities.items())}


def _refusal(
    environment: str, folder: Path, name: str, wanted: dict[str, Any], locked: dict[str, Any]
) -> str:
    changed = next(each for each in {**locked, **wanted} if wanted.get(each) != locked.get(each))
    place = _place(environment, folder, ["authorities", name, changed])
    return (
        f"{place}: authorities.{name}.{changed}: was {locked.get(changed)}, now {wanted.get(changed)}; "
        "an authority cannot change: add a new one and move `issuing` to it, "
        "or say `replace = true` to lose the old one"
    )


def _place(environment: str, folder: Path, key: list[str]) -> str:
    """Give the file in which `key` stands; settings made in code have none, and the lock is named."""
    if not file_of(environment, folder).exists():
        return str(lock_file(environment, folder))
    return read_layers(environment, folder).blamed(key)


def _read(file: Path) -> dict[str, Any]:
    try:
        locked = json.loads(file.read_text())
    except FileNotFoundError:
        if file.is_symlink():
            raise SettingsError(f"{file}: a link to a file that is not there") from None
        return {}
    except RecursionError:
        raise SettingsError(f"{file}: cannot be read as a lock: nested too deeply") from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file}: cannot be read as a lock: {' '.join(str(error).split())}") from None
    if not isinstance(locked, dict) or not all(isinstance(a, dict) and a for a in locked.values()):
        raise SettingsError(f"{file}: cannot be read as a lock: no table of authorities")
    return locked


def _write(file: Path, wanted: dict[str, Any]) -> None:
    try:
        file.write_text(json.dumps(wanted, indent=2, sort_keys=True) + "\n")
    except OSError as error:
        raise SettingsError(f"{file}: cannot be written: {error.strerror}") from None
