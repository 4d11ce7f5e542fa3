"""The bar on a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from jitr.bulk.inputs import Inputs


class Bar:
    """Bytes read of all, and what came of it so far."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._task = shown.add_task("", total=None)

    def say(self, text: str) -> None:
        """Print a line above the bar."""
        self._shown.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def show(self, inputs: Inputs, tally: object) -> None:
        """Move on; the screen is drawn ten times a second."""
        self._shown.update(self._task, total=inputs.total, completed=inputs.read, description=str(tally))


@contextmanager
def bar() -> Iterator[Bar]:
    """Show the bar until the work ends."""
    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as shown:
        yield Bar(shown)
