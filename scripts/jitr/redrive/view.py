"""Dead letters as people read them: grouped by reason, with an example of each."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from jitr.output import note, print_table, printable
from jitr.redrive.dead_letter_queue import HIDDEN
from jitr.redrive.letter import Letter
from jitr.redrive.run import Redrive

HEADINGS = ("reason", "letters", "certificates", "first", "last", "to be done", "for example")
EXAMPLE = 110  # characters
SHOWN = 20
"""Letters that are named one by one; of more, only the groups are."""


def print_letters(done: Redrive) -> None:
    """Print the groups, and the letters where they are few."""
    if done.hidden:
        note(
            f"{done.hidden:,} letters are hidden: another such command has them, or was killed; they show "
            f"again within {HIDDEN // 60} minutes"
        )
    if not done.letters:
        note("no dead letter is there to be seen" if done.hidden else "the dead-letter queue is empty")
        return
    chosen = {letter.message_id for letter in done.chosen}
    print_table(HEADINGS, list(_groups(done.letters, chosen)))
    if len(done.letters) <= SHOWN:
        print()
        print_table(("certificate", "reason", "since", "problem"), [_row(each) for each in done.letters])
    if done.more:
        note("there may be more than were looked at: --limit")


def _groups(letters: Sequence[Letter], chosen: set[str]) -> Iterator[list[str]]:
    by_reason = sorted(letters, key=lambda letter: (letter.reason, letter.since))
    for reason, group in groupby(by_reason, key=lambda letter: letter.reason):
        some = list(group)
        count = sum(letter.message_id in chosen for letter in some)
        yield [
            printable(reason),
            f"{len(some):,}",
            f"{len({letter.certificate_id for letter in some} - {None}):,}",
            f"{some[0].since:%Y-%m-%d %H:%M}",
            f"{some[-1].since:%Y-%m-%d %H:%M}",
            f"{count:,} chosen" if count else "stays",
            printable(some[-1].problem)[:EXAMPLE],
        ]


def _row(letter: Letter) -> list[str]:
    return [
        letter.certificate_id or "names none",
        printable(letter.reason),
        f"{letter.since:%Y-%m-%d %H:%M:%S}",
        printable(letter.problem)[:EXAMPLE],
    ]
