"""Run a command on several devices: say what will be done, ask, do it, show each."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from jitr.confirmation import confirm
from jitr.devices.named import Named
from jitr.devices.several import Do, Find, Result, each, look_up
from jitr.output import note, print_json

SHOWN = 20
"""Devices that are looked up and named before anything is done to them; of more, the number is said."""
BAR_FROM = 5
"""Devices from which on a bar is worth its place."""


@dataclass(frozen=True)
class Work:
    """What is to be done: `what` in words, for each certificate that `find` gives.

    `hurry` ends waits, when it is interrupted.
    """

    what: str
    find: Find
    do: Do
    hurry: Callable[[], object] = lambda: None


def announce(work: Work, names: Sequence[Named]) -> None:
    """Say on standard error what will be done to which certificates."""
    note(f"{len(names):,} named; to each certificate: {work.what}")
    for name in names[:SHOWN]:
        found, problem = look_up(work.find, name)
        if found and found != [name.word]:
            note(f"  {name.word}: {', '.join(found)}")
        elif found:
            note(f"  {name.word}")
        if problem is not None:
            note(f"  {name.word}: {problem}")
    if len(names) > SHOWN:
        note(f"  … and {len(names) - SHOWN:,} more")


def run(work: Work, names: Sequence[Named], *, as_json: bool, yes: bool = True) -> bool:
    """Do it to all; tell whether all went well.

    Raises:
        BadUseError: it must be confirmed, and nobody is here to be asked.
        FailureError: it was not confirmed.
    """
    if not yes:
        announce(work, names)
    confirm("Go on?", yes=yes)
    results = _done(work, names, say=(lambda _result: None) if as_json else _say)
    failed = sum(result.error is not None for result in results)
    if as_json:
        print_json({"results": [result.fields() for result in results], "failed": failed})
    elif len(results) > 1:
        note(f"{len(results) - failed:,} done, {failed:,} failed")
    return not failed


def _done(work: Work, names: Sequence[Named], say: Callable[[Result], None]) -> list[Result]:
    results: list[Result] = []
    try:
        with _bar(len(names)) as step:
            for result in each(names, work.find, work.do, work.hurry):
                results.append(result)
                say(result)
                step()
    except BaseException:
        note(f"stopped after {len(results):,} certificates; run it again, what is done is not redone")
        raise
    return results


def _say(result: Result) -> None:
    print(result, file=sys.stderr if result.error is not None else sys.stdout)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], None]]:
    if total < BAR_FROM or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console  # noqa: PLC0415  rich takes a while to load
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), redirect_stdout=False) as shown:
        task = shown.add_task("", total=total)
        yield lambda: shown.advance(task)
