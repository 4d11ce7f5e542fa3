"""A batch of queue messages, each to its own end: settled, to come again at its own time, or dead."""

import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

import telemetry
from records.record import InvalidRecord, IssuanceRecord
from records.table import IssuanceRecords
from registration.again import Again, RegistrationQueue, seconds_until_again
from registration.announcements import Announcements
from registration.dead_letters import LONGEST_PROBLEM, DeadLetters
from registration.events import RegistrationEvent, read_event
from registration.failures import reason_of
from registration.message import Message
from registration.outcome import Later, Outcome
from registration.refusal import Refused
from registration.register import Registrar
from registration.settings import Settings

if TYPE_CHECKING:
    from records.record import Item

OPERATION = "registration"


class Each(Protocol):
    """Does something for each of several, in whatever order or side by side."""

    def __call__(self, work: Callable[[Any], None], several: Iterable[Any], /) -> object:
        """Do it for all."""


@dataclass(frozen=True)
class Desk:
    """What the batches of one function are handled with."""

    settings: Settings
    records: IssuanceRecords
    registrar: Registrar
    queue: RegistrationQueue
    dead_letters: DeadLetters
    announcements: Announcements | None
    each: Each


@dataclass
class Batch:
    """One batch under way. What goes wrong with one message is raised nowhere, and holds up no other."""

    desk: Desk
    deadline: datetime
    """When this run is surely dead."""
    again: list[Again] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    """What was logged of each message."""

    def handle(self, messages: Sequence[Message]) -> list[str]:
        """Handle messages; give the ids of those that are not settled and come again.

        Those about one certificate are handled one after the other, all else side by side.
        """
        about: dict[str, list[Message]] = {}
        events: dict[str, RegistrationEvent] = {}
        for message in messages:
            event = self._read(message)
            if event is not None:
                about.setdefault(event.certificate_id, []).append(message)
                events[message.message_id] = event
        items = self._items(about)
        if items is not None:
            read = items if len(about) > 1 else None
            self.desk.each(lambda same: self._register(same, events, read), about.values())
        self._hide()
        self._announce()
        return [again.message.message_id for again in self.again]

    def _read(self, message: Message) -> RegistrationEvent | None:
        try:
            return read_event(message.body, self.desk.settings)
        except Refused as refused:
            self._bury(message, _known(message), Outcome("refused", None, refused.reason, str(refused)))
            return None

    def _items(self, about: Mapping[str, Sequence[Message]]) -> "Mapping[str, Item] | None":
        """Read what is recorded of all certificates; None when that failed, and all messages come again.

        A single one is not read here: its registration reads and claims it in one call.
        """
        if len(about) <= 1:
            return {}
        try:
            return self.desk.records.find_items(about)
        except Exception as error:  # noqa: BLE001  reported, and the queue tries again
            for message in (message for same in about.values() for message in same):
                self._later(message, _known(message), error)
            return None

    def _register(
        self,
        messages: Sequence[Message],
        events: Mapping[str, RegistrationEvent],
        items: "Mapping[str, Item] | None",
    ) -> None:
        """Handle the messages about one certificate, the first with what the batch read, if it did."""
        for number, message in enumerate(messages):
            event = events[message.message_id]
            known = _known(message) | {
                "certificate_id": event.certificate_id,
                "ca_certificate_id": event.ca_certificate_id,
            }
            try:
                outcome = self._outcome(event, items if number == 0 else None)
            except InvalidRecord as invalid:
                self._bury(message, known, Outcome("dead", None, type(invalid).__name__, str(invalid)))
            except Exception as error:  # noqa: BLE001  reported with its traceback, and the queue tries again
                self._later(message, known, error)
            else:
                self._report(known, outcome)

    def _outcome(self, event: RegistrationEvent, items: "Mapping[str, Item] | None") -> Outcome:
        registrar = self.desk.registrar
        if items is None:
            return registrar.register_unread(event, self.deadline)
        item = items.get(event.certificate_id)
        return registrar.register(event, IssuanceRecord.from_item(item) if item else None, self.deadline)

    def _later(self, message: Message, known: dict[str, object], error: Exception) -> None:
        """Put a message back, unless the queue would have dropped it by then."""
        now = self.desk.registrar.now()
        not_before = error.not_before if isinstance(error, Later) else None
        seconds = seconds_until_again(message.receive_count, not_before, now)
        if not self.desk.queue.outlives(message, seconds, now):
            self._bury(message, known, Outcome("dead", None, reason_of(error), str(error)))
            return
        self.again.append(Again(message, seconds))
        expected = isinstance(error, Later | ClientError | BotoCoreError)
        trace = None if expected else "".join(traceback.format_exception(error))
        self._report(
            known, Outcome("retried", None, reason_of(error), str(error)), seconds=seconds, traceback=trace
        )

    def _bury(self, message: Message, known: dict[str, object], outcome: Outcome) -> None:
        """Move a message to the dead-letter queue; if that fails, it comes again."""
        try:
            self.desk.dead_letters.bury(message, str(outcome.reason), str(outcome.problem))
        except Exception as error:  # noqa: BLE001  reported, and the queue tries again
            seconds = seconds_until_again(message.receive_count, None, self.desk.registrar.now())
            self.again.append(Again(message, seconds))
            self._report(known, Outcome("retried", None, reason_of(error), str(error)), seconds=seconds)
        else:
            self._report(known, outcome, dead_letter="yes")

    def _hide(self) -> None:
        try:
            self.desk.queue.hide(self.again)
        except Exception as error:  # noqa: BLE001  they come after the queue's visibility timeout then
            telemetry.report("failed", operation="putting_back", reason=reason_of(error), problem=error)

    def _announce(self) -> None:
        if self.desk.announcements is None:
            return
        try:
            lost = self.desk.announcements.announce(self.said)
        except Exception as error:  # noqa: BLE001  no device waits for an announcement
            telemetry.report("failed", operation="announcement", reason=reason_of(error), problem=error)
        else:
            if lost:
                telemetry.report("failed", operation="announcement", reason="refused_by_the_bus", lost=lost)

    def _report(self, known: Mapping[str, object], outcome: Outcome, **more: object) -> None:
        told = {
            "thing_name": outcome.thing_name,
            "problem": outcome.problem and outcome.problem[:LONGEST_PROBLEM],
            "certificate": outcome.certificate,
            **known,
        }
        telemetry.report(outcome.name, operation=OPERATION, reason=outcome.reason, **told, **more)
        detail = {
            "outcome": outcome.name,
            "reason": outcome.reason,
            "environment": self.desk.settings.environment,
        }
        self.said.append({name: value for name, value in (detail | told).items() if value is not None})


def _known(message: Message) -> dict[str, object]:
    return {"message_id": message.message_id, "receive_count": message.receive_count}
