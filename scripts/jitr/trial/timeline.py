"""What a person sees of a run: a line for every step, and on a terminal the step that is under way."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

NAME_WIDTH = 15


@dataclass
class Step:
    """A step under way; its outcome is said when it is done."""

    outcome: str = "done"


@dataclass
class Timeline:
    """Prints steps with the seconds since its making; `lively` adds progress and colour for a terminal."""

    console: Console
    lively: bool
    begun: float = field(default_factory=time.monotonic)

    @classmethod
    def for_stdout(cls) -> "Timeline":
        """Lively on a terminal; plain lines in a pipe and in CI, where nobody watches."""
        lively = Console().is_terminal and "CI" not in os.environ
        return cls(Console(highlight=False) if lively else _plain(), lively)

    @classmethod
    def silent(cls) -> "Timeline":
        """Say nothing: somebody wants JSON."""
        return cls(Console(quiet=True), lively=False)

    def heading(self, text: str) -> None:
        """Print a line that stands alone."""
        self.console.print(f"\n[bold]{escape(text)}[/bold]", soft_wrap=True)

    def note(self, text: str) -> None:
        """Print a line below a step."""
        self.console.print(" " * (NAME_WIDTH + 14) + f"[dim]{escape(text)}[/dim]", soft_wrap=True)

    @contextmanager
    def step(self, name: str, doing: str) -> Iterator[Step]:
        """Show that `doing` is under way; then print `name` with the outcome that was put into the step."""
        step = Step()
        try:
            with self._progress(doing):
                yield step
        except BaseException as error:
            how = "failed" if isinstance(error, Exception) else "stopped"
            self._line("[red]✗[/red]", name, f"[red]{how}[/red]")
            raise
        self._line("[green]✓[/green]", name, escape(step.outcome))

    def moment(self, name: str, outcome: str, milliseconds: float, *, expected: bool) -> None:
        """Print what was seen so many milliseconds after the first CONNECT."""
        mark = "[green]✓[/green]" if expected else "[red]✗[/red]"
        self._print(mark, f"+{milliseconds:,.0f} ms", name, escape(outcome))

    def _line(self, mark: str, name: str, outcome: str) -> None:
        self._print(mark, f"{time.monotonic() - self.begun:.1f} s", name, outcome)

    def _print(self, mark: str, when: str, name: str, outcome: str) -> None:
        name_ = escape(name.ljust(NAME_WIDTH))
        self.console.print(f"{mark} [cyan]{when:>9}[/cyan]  [bold]{name_}[/bold] {outcome}", soft_wrap=True)

    def _progress(self, doing: str) -> "Progress | nullcontext[None]":
        if not self.lively:
            return nullcontext()
        progress = Progress(
            TextColumn(" "), SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
            console=self.console, transient=True,
        )  # fmt: skip
        progress.add_task(doing, total=None)
        return progress


def _plain() -> Console:
    return Console(force_terminal=False, no_color=True, highlight=False, width=200)
