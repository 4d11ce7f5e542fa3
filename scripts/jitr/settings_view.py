"""The settings of an environment as they are in the end, each with where its value is from."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jitr.failure import BadUseError
from jitr.output import printable
from jitr_stack import environments
from jitr_stack.authority_certificates import id_of
from jitr_stack.layers import VARIABLES, Layers
from jitr_stack.settings import SettingsError, checked, read_layers

BARE = re.compile(r"[A-Za-z0-9_-]+")
"""Keys that TOML takes without quotes."""

Key = tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """A setting, its value, and where that is from.

    `source` is `environment` or `defaults` (of the two files), `variable`, `credentials` (known once it is
    deployed) or `built-in`; `place` is the file or the variable.
    """

    setting: str
    value: object
    source: str
    place: str | None

    @property
    def is_set(self) -> bool:
        """Whether there is something to show."""
        return self.value is not None or self.source == "credentials"

    def fields(self) -> dict[str, object]:
        """Give it by name."""
        return {"setting": self.setting, "value": self.value, "source": self.source, "place": self.place}

    def row(self) -> tuple[str, str, str]:
        """Give it for people, the file without its folder."""
        return self.setting, printable(_text(self.value)), printable(Path(self.place or self.source).name)


def shown(name: str, folder: Path | None = None) -> list[Shown]:
    """Read an environment.

    Raises:
        BadUseError: no such environment, or a file that cannot be used.
    """
    folder = folder or environments.ENVIRONMENTS
    try:
        made_of = read_layers(name, folder)
        settings = checked(name, made_of, folder)
    except SettingsError as error:
        raise BadUseError(str(error)) from None
    values = _values(settings.model_dump(mode="json", exclude={"name"}), ())
    return [_shown(key, value, made_of) for key, value in values]


def _values(table: dict[str, object], above: Key) -> Iterator[tuple[Key, object]]:
    """Walk through the values; a table without any is one itself."""
    for name, value in table.items():
        if isinstance(value, dict) and value:
            yield from _values(value, (*above, name))
        else:
            yield (*above, name), value


def _shown(key: Key, value: object, made_of: Layers) -> Shown:
    setting = ".".join(part if BARE.fullmatch(part) else json.dumps(part) for part in key)
    layer = made_of.holding(key)
    if layer is not None:
        return Shown(setting, value, layer.source.value, layer.place)
    return Shown(setting, value, "credentials" if key[0] in VARIABLES else "built-in", None)


def _text(value: object) -> str:
    match value:
        case None:
            return "-"
        case str() if value.lstrip().startswith("-----BEGIN"):
            return f"certificate {id_of(value)}"
        case str():
            return value
        case _:
            return json.dumps(value)
