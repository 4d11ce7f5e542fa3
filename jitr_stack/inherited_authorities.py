"""What `defaults.toml` says of authorities, checked where it is not inherited, too.

An environment inherits of those only that it names. Without this, a misspelt name would be of none of them,
and what stands there would silently be nothing.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from jitr_stack import toml_file
from jitr_stack.authorities import Authority
from jitr_stack.environments import file_of, names
from jitr_stack.toml_file import UnreadableFile

AUTHORITIES = "authorities"

OF_ONE_ENVIRONMENT = "replace"
"""Lets an authority become another one: for all environments at once it would be no lock any more."""


def checked(path: Path, said: object) -> Mapping[str, Mapping[str, Any]]:
    """Give what the defaults, in `path`, say of each authority; values are checked with an environment.

    Raises:
        UnreadableFile: no table of tables, a key that no authority has, or one that is not inherited.
    """
    if not isinstance(said, dict):
        raise UnreadableFile(f"{path}: authorities: Input should be tables, as in [authorities.fleet]")
    for name, authority in said.items():
        if not isinstance(authority, dict):
            raise UnreadableFile(f"{path}: authorities.{name}: should be a table, as in [authorities.{name}]")
        if unknown := [key for key in authority if key not in Authority.model_fields]:
            raise UnreadableFile(f"{path}: authorities.{name}.{unknown[0]}: unknown key")
        if OF_ONE_ENVIRONMENT in authority:
            raise UnreadableFile(
                f"{path}: authorities.{name}.{OF_ONE_ENVIRONMENT}: is of one environment; "
                "put it into that one's file"
            )
    return said


def refuse_unnamed(path: Path, said: Collection[str], own: Collection[str]) -> None:
    """Refuse what the defaults, in `path`, say of an authority that no environment beside them has.

    Args:
        path: of the defaults.
        said: names of the authorities there.
        own: names of those of the environment that inherits.

    Raises:
        UnreadableFile: naming the authority.
    """
    elsewhere = [name for name in said if name not in own]
    if not elsewhere:
        return
    files = [_authorities(file_of(each, path.parent)) for each in names(path.parent)]
    if None in files:
        return  # may name any; that file is refused when its own turn comes
    there = {*own, *(name for each in files for name in each or ())}
    if unnamed := [name for name in elsewhere if name not in there]:
        raise UnreadableFile(
            f"{path}: authorities.{unnamed[0]}: no environment has an authority of that name; "
            f"there are: {', '.join(sorted(there))}"
        )


def _authorities(path: Path) -> Collection[str] | None:
    """Give the names of an environment's authorities; None where its file cannot be read."""
    try:
        said = (toml_file.read(path) or {}).get(AUTHORITIES)
    except UnreadableFile:
        return None
    return list(said) if isinstance(said, dict) else []
