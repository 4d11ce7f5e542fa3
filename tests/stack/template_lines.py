"""A template as lines that say where they stand, so that a difference can be read without the template."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any


def difference(accepted: Mapping[str, Any], current: Mapping[str, Any]) -> str:
    """Give what was taken away (-) and what was added (+), a line for each value with its path.

    Args:
        accepted: the template as it was last accepted; empty when it never was.
        current: as it is now.
    """
    if not accepted:
        return "there was none"
    before, after = (list(lines(each)) for each in (accepted, current))
    compared = difflib.unified_diff(before, after, n=0, lineterm="")
    return "\n".join(line for line in compared if not line.startswith(("---", "+++", "@@")))


def lines(value: object, path: str = "") -> Iterator[str]:
    """Write a JSON value as lines like `Resources.Queue.Properties.DelaySeconds: 5`."""
    match value:
        case {**members} if members:
            for key in sorted(members):
                yield from lines(members[key], f"{path}.{key}" if path else key)
        case [_, *_]:
            for number, member in enumerate(value):
                yield from lines(member, f"{path}[{number}]")
        case _:
            yield f"{path}: {value!r}"
