"""One redrive: look through the dead letters, show them, ask, send the chosen ones back or delete them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from contract import Output
from jitr.confirmation import confirm
from jitr.deployed import output
from jitr.failure import BadUseError
from jitr.output import note
from jitr.redrive.dead_letter_queue import DeadLetterQueue, tens
from jitr.redrive.letter import Letter
from jitr.target import Target, target


@dataclass(frozen=True)
class Wanted:
    """What to do, and with which letters; empty filters choose all that are not hopeless."""

    reasons: frozenset[str] = frozenset()
    certificates: frozenset[str] = frozenset()
    delete: bool = False
    dry_run: bool = False
    limit: int = 10_000

    def __post_init__(self) -> None:
        if self.delete and not self.reasons and not self.certificates:
            raise BadUseError("--delete: say which, with --reason or --certificate")

    def chooses(self, letter: Letter) -> bool:
        """Tell whether something is to be done about a letter."""
        if self.certificates and letter.certificate_id not in self.certificates:
            return False
        if self.reasons:
            return letter.reason in self.reasons
        return self.delete or not letter.hopeless


@dataclass
class Redrive:
    """What was found, and what became of it."""

    letters: list[Letter] = field(default_factory=list)
    chosen: list[Letter] = field(default_factory=list)
    sent: list[Letter] = field(default_factory=list)
    deleted: list[Letter] = field(default_factory=list)
    refused: list[tuple[Letter, str]] = field(default_factory=list)
    hidden: int = 0
    """How many letters, about, somebody else was looking at."""
    more: bool = False
    """Whether the queue may hold letters that were not looked at."""

    def fields(self) -> dict[str, object]:
        """Give all of it by name."""
        chosen = {letter.message_id for letter in self.chosen}
        return {
            "letters": [letter.fields() | {"chosen": letter.message_id in chosen} for letter in self.letters],
            "redriven": len(self.sent),
            "deleted": len(self.deleted),
            "failed": len(self.refused),
            "left": len(self.letters) - len(self.sent) - len(self.deleted),
            "hidden": self.hidden,
            "more": self.more,
        }


def queues(to: Target) -> DeadLetterQueue:
    """Find the two queues of a deployed environment."""
    return DeadLetterQueue(
        to.session.client("sqs"),
        output(to, Output.DEAD_LETTER_QUEUE),
        output(to, Output.REGISTRATION_QUEUE),
    )


def run(environment: str, wanted: Wanted, *, yes: bool, show: bool) -> Redrive:
    """Redrive, or delete, or only look.

    Raises:
        BadUseError: it must be confirmed, and nobody is here to be asked.
        FailureError: it was not confirmed; nothing is deployed.
        botocore's errors: a call failed; no letter is lost then.
    """
    queue = queues(target(environment))
    done = Redrive(hidden=queue.hidden())
    try:
        _look(queue, wanted, done)
        if show:
            from jitr.redrive.view import print_letters  # noqa: PLC0415  rich takes a while to load

            print_letters(done)
        if done.chosen and not wanted.dry_run:
            _confirm(wanted, done.chosen, yes=yes)
            _act(queue, wanted, done)
    finally:
        gone = {letter.message_id for letter in (*done.sent, *done.deleted)}
        # Where even this fails, SQS shows them again after a while by itself.
        with suppress(ClientError, BotoCoreError):
            queue.give_back(letter for letter in done.letters if letter.message_id not in gone)
    return done


def _look(queue: DeadLetterQueue, wanted: Wanted, done: Redrive) -> None:
    for letter in queue.letters(wanted.limit):
        done.letters.append(letter)
        if wanted.chooses(letter):
            done.chosen.append(letter)
    done.more = len(done.letters) >= wanted.limit


def _confirm(wanted: Wanted, chosen: Sequence[Letter], *, yes: bool) -> None:
    if wanted.delete:
        note(f"{len(chosen):,} will be deleted for good: their devices come in only if they connect again")
        confirm("Delete them?", yes=yes)
        return
    note(f"{len(chosen):,} will go back into the registration queue, then out of the dead-letter queue")
    confirm("Send them back?", yes=yes)


def _act(queue: DeadLetterQueue, wanted: Wanted, done: Redrive) -> None:
    for some in tens(done.chosen):
        settled, refused = queue.delete(some) if wanted.delete else queue.send_back(some)
        (done.deleted if wanted.delete else done.sent).extend(settled)
        done.refused += refused
