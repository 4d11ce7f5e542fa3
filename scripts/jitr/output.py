"""What the commands say: lines for people on a terminal or in a pipe, JSON for programs."""

import json
import sys
from collections.abc import Mapping, Sequence


def print_json(value: object) -> None:
    """Print one JSON value."""
    print(json.dumps(value, indent=2))


def print_fields(fields: Mapping[str, object]) -> None:
    """Print names and values, one pair a line; `None` is left out."""
    shown = {name: value for name, value in fields.items() if value is not None}
    width = max(map(len, shown), default=0)
    for name, value in shown.items():
        print(f"{name.ljust(width)}  {value}")


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; in a pipe every row is one unbroken line."""
    from rich.console import Console  # noqa: PLC0415  only tables need it
    from rich.table import Table  # noqa: PLC0415

    table = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 400).print(table)


def note(text: str) -> None:
    """Say something beside the output proper."""
    print(text, file=sys.stderr)


def printable(text: str) -> str:
    """Put a question mark for whatever a terminal might obey: names come from files and strangers."""
    return "".join(each if each.isprintable() else "?" for each in text)
