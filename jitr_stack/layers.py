"""Layers of an environment's settings: variables, what all environments inherit, its own file.

Tables are merged key by key, lists and single values replaced, the environment's own file last. Each value
knows the layer that it stands in, so that whoever reads it, or an error about it, can name the file.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from pathlib import Path
from typing import Any

from jitr_stack import inherited_authorities, toml_file
from jitr_stack.environments import DEFAULTS, ENVIRONMENTS, defaults_file, file_of, names
from jitr_stack.inherited_authorities import AUTHORITIES
from jitr_stack.setting_types import NAME, OF_THE_PIPELINE
from jitr_stack.toml_file import UnreadableFile

VARIABLES = {"account": "CDK_DEFAULT_ACCOUNT", "region": "CDK_DEFAULT_REGION"}
"""Settings that the CDK CLI gives, from the credentials in use."""

OF_ONE_ENVIRONMENT = ("local",)
"""Settings that no other environment may inherit: what they allow is meant for one."""


class Source(StrEnum):
    """Where a value stands."""

    VARIABLE = "variable"
    DEFAULTS = "defaults"
    ENVIRONMENT = "environment"


@dataclass(frozen=True)
class Layer:
    """Values and where they stand; `place` is a file's path or a variable's name."""

    source: Source
    place: str
    table: Mapping[str, Any]

    def holds(self, key: Sequence[str]) -> bool:
        """Tell whether there is a value, or a table, at `key`."""
        value: Any = self.table
        for part in key:
            if not isinstance(value, Mapping) or part not in value:
                return False
            value = value[part]
        return True


@dataclass(frozen=True)
class Layers:
    """The layers of one environment, the one that comes first at the end."""

    layers: tuple[Layer, ...]

    @property
    def table(self) -> dict[str, Any]:
        """What they come to."""
        return reduce(merged, (layer.table for layer in self.layers), {})

    def holding(self, key: Sequence[str]) -> Layer | None:
        """Give the layer that the value at `key` is of; None where none says anything."""
        return next((layer for layer in reversed(self.layers) if layer.holds(key)), None)

    def blamed(self, key: Sequence[str]) -> str:
        """Give the place to mend what is wrong at `key`: where it stands, or the table that lacks it."""
        found = (self.holding(key[:length]) for length in range(len(key), -1, -1))
        return next(layer.place for layer in found if layer is not None)


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Put `over` on `under`: tables key by key, all else replaced."""
    both = {
        key: merged(under[key], over[key])
        for key in under.keys() & over.keys()
        if isinstance(under[key], Mapping) and isinstance(over[key], Mapping)
    }
    return {**under, **over, **both}


def read(
    name: str, folder: Path = ENVIRONMENTS, variables: Mapping[str, str] = os.environ, own: str | None = None
) -> Layers:
    """Read the layers of an environment.

    Args:
        name: of the environment.
        folder: of the files.
        variables: that the CDK CLI sets.
        own: text in place of the environment's file, which need not be there then.

    Raises:
        UnreadableFile: a file is not there, is no TOML, or holds what it must not; a name that none may have.
    """
    path = file_of(name, folder)
    _refuse_name(path, name)
    table = toml_file.parsed(path, own) if own is not None else _environment(path)
    if "name" in table:
        raise UnreadableFile(f"{path}: name: not a setting; the file's name is the environment's name")
    environment = Layer(Source.ENVIRONMENT, str(path), table)
    return Layers((*_of_variables(variables), *_defaults(folder, environment), environment))


def _refuse_name(path: Path, name: str) -> None:
    if not re.fullmatch(NAME, name):
        raise UnreadableFile(f"{path}: no name for an environment; it must match {NAME}")
    if name == DEFAULTS:
        raise UnreadableFile(f"{path}: what every environment inherits, and no environment itself")
    if re.fullmatch(OF_THE_PIPELINE, name):
        raise UnreadableFile(f"{path}: no name for an environment; the pipeline's own parts have such names")


def _of_variables(variables: Mapping[str, str]) -> list[Layer]:
    return [
        Layer(Source.VARIABLE, variable, {key: variables[variable]})
        for key, variable in VARIABLES.items()
        if variables.get(variable)
    ]


def _defaults(folder: Path, environment: Layer) -> list[Layer]:
    path = defaults_file(folder)
    table = toml_file.read(path)
    if table is None:
        return []
    if refused := [key for key in ("name", *OF_ONE_ENVIRONMENT) if key in table]:
        raise UnreadableFile(f"{path}: {refused[0]}: is of one environment; put it into that one's file")
    return [Layer(Source.DEFAULTS, str(path), _inherited(path, table, environment))]


def _inherited(path: Path, defaults: dict[str, Any], environment: Layer) -> dict[str, Any]:
    """Leave out authorities that the environment does not name: only its own file brings one about.

    An authority is a key, a registration and a lock of one environment, and is rotated there; the defaults
    say what those that an environment has are like, and can neither add one to it nor hold one there.
    """
    if AUTHORITIES not in defaults:
        return defaults
    said = inherited_authorities.checked(path, defaults[AUTHORITIES])
    if not environment.holds([AUTHORITIES]):
        raise UnreadableFile(
            f"{environment.place}: authorities: name those that this environment has, as in "
            f"[authorities.{next(iter(said), 'fleet')}]; the rest is inherited"
        )
    if isinstance(own := environment.table[AUTHORITIES], dict) and own:
        inherited_authorities.refuse_unnamed(path, said, own)
    return defaults | {
        AUTHORITIES: {name: each for name, each in said.items() if environment.holds([AUTHORITIES, name])}
    }


def _environment(path: Path) -> dict[str, Any]:
    table = toml_file.read(path)
    if table is None:
        known = ", ".join(names(path.parent)) or "none"
        raise UnreadableFile(f"{path}: no such environment file; there are: {known}")
    return table
