"""Templates before and after a change, told in Markdown that fits a comment at GitHub."""

import difflib
import json
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

Template = Mapping[str, Any]
Templates = Mapping[str, Template]
"""Templates by the path of their file in the cloud assembly."""

SECTIONS, FILES = 55_000, 5_000
"""Characters for the templates and for the names of files: GitHub takes comments of up to 65,536."""
FRAME = 200
"""Characters of a section's heading and of what folds its lines."""


def report(base: Templates, head: Templates, files: Sequence[str]) -> str:
    """Give the whole comparison; `files` are those that differ and decide what is in the functions' zips."""
    differing = [name for name in sorted({*base, *head}) if base.get(name, {}) != head.get(name, {})]
    lines = ["### What this changes in the templates", ""]
    if not differing:
        lines += [f"Nothing: {len(head)} templates are as they were."]
    room = SECTIONS // max(len(differing), 1) - FRAME
    sections = [section(name, base.get(name, {}), head.get(name, {}), room) for name in differing]
    lines += cut(sections, SECTIONS, "templates that differ, left out: a comment has no room for them")
    if files:
        lines += ["", "The functions' zips may differ, by these files:", ""]
        lines += cut([f"- `{name}`" for name in files], FILES, "files")
    return "\n".join([*lines, "", "Synthesised without an account; hashes of assets are masked."])


def section(name: str, before: Template, after: Template, room: int) -> str:
    """Give what happens to each resource of one template, and the lines that differ."""
    title = f"#### {name.removesuffix('.template.json')}"
    changes = cut(resources(before, after), room // 2, "resources")
    return "\n".join([title, "", *changes, "", *details(before, after, room // 2), ""])


def resources(before: Template, after: Template) -> list[str]:
    """Give a line for each resource that comes, goes or changes; those that go first."""
    old, new = before.get("Resources", {}), after.get("Resources", {})
    gone = [f"- **removed** `{each}` ({old[each]['Type']})" for each in sorted({*old} - {*new})]
    come = [f"- added `{each}` ({new[each]['Type']})" for each in sorted({*new} - {*old})]
    both = sorted(each for each in {*old} & {*new} if old[each] != new[each])
    return [*gone, *come, *(f"- changed `{each}` ({new[each]['Type']})" for each in both)]


def details(before: Template, after: Template, room: int) -> list[str]:
    """Give the differing lines, folded."""
    old, new = (json.dumps(each, indent=1, sort_keys=True).splitlines() for each in (before, after))
    lines = list(difflib.unified_diff(old, new, "before", "after", lineterm=""))
    shown = cut(lines, room, "lines")
    return ["<details><summary>lines</summary>", "", "~~~~diff", *shown, "~~~~", "", "</details>"]


def cut(lines: Sequence[str], room: int, of_what: str) -> list[str]:
    """Give as many of the first lines as have room, in characters, and say how many more there are."""
    shown = sum(length <= room for length in accumulate(len(line) + 1 for line in lines))
    left = len(lines) - shown
    return [*lines[:shown], *([f"… {left} more {of_what}"] if left else [])]
