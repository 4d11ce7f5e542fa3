"""Tags on a registration: what to write and what to take off, and the way back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class TagChange:
    """Tags to write, name and value, and names of tags to take off."""

    put: Mapping[str, str]
    drop: Collection[str]


def tag_change(found: Mapping[str, str], wanted: Mapping[str, str], former: Collection[str]) -> TagChange:
    """Say what is to change: `former` names tags that were ours; what others put there stays."""
    return TagChange(
        put={name: value for name, value in wanted.items() if found.get(name) != value},
        drop=sorted(name for name in former if name in found and name not in wanted),
    )


def reverse(change: TagChange, found: Mapping[str, str]) -> TagChange:
    """Give the change that brings back what was found."""
    touched = {*change.put, *change.drop}
    return TagChange(
        put={name: found[name] for name in sorted(touched) if name in found},
        drop=sorted(name for name in change.put if name not in found),
    )
