"""A table of results, printed by rich and written as Markdown from the same cells."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.table import Table


@dataclass(frozen=True)
class Sheet:
    """One measurement's results."""

    title: str
    columns: Sequence[str]
    """The first names the row; the others hold figures."""
    rows: Sequence[Sequence[str]]
    note: str
    """How it was measured, in a sentence or two."""
    figures: dict[str, Any] = field(default_factory=dict)
    """The same as numbers, for build/bench.json."""

    def printed(self) -> Table:
        """Give it as a table for the terminal."""
        table = Table(title=self.title, caption=self.note, title_justify="left", caption_justify="left")
        for number, name in enumerate(self.columns):
            table.add_column(name, justify="right" if number else "left")
        for row in self.rows:
            table.add_row(*row)
        return table

    def written(self) -> str:
        """Give it as a section of a Markdown page."""
        lines = [
            _line(self.columns),
            _line(["---", *["---:" for _ in self.columns[1:]]]),
            *map(_line, self.rows),
        ]
        return "\n".join([f"## {self.title}", "", *lines, "", self.note, ""])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
