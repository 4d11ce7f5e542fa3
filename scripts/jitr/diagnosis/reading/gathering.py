"""Facts, gathered in rounds of calls side by side: where to look, which certificate, and then all else."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from jitr.diagnosis.facts import Facts, Kind, LogLine, Question
from jitr.diagnosis.leaf import Leaf, read_leaf
from jitr.diagnosis.part import Unread, known
from jitr.diagnosis.reading import consumer, identity, logs, records, registry
from jitr.diagnosis.reading.reader import Reader
from jitr.diagnosis.reading.stack import Stack, stack
from jitr.diagnosis.reading.surroundings import Surroundings
from jitr.diagnosis.way import Function
from jitr.target import Target
from records.record import IssuanceRecord
from registry import NAME


def gather(target: Target, question: Question, leaf: Leaf | None, since: timedelta) -> Facts:
    """Read all that may stand in the way of a device.

    Args:
        target: the environment.
        question: what was asked about.
        leaf: the certificate, if it was a file.
        since: how far back the logs are read.

    Raises:
        FailureError: the environment is not deployed.
        botocore's errors: AWS cannot be reached, or the credentials are of no use.
    """
    reader, now = Reader(target), datetime.now(UTC)
    gathering = Gathering(reader, stack(reader), now, now - since)
    return gathering.of_thing(question) if question.kind is Kind.THING else gathering.of_one(question, leaf)


@dataclass(frozen=True)
class Gathering:
    """One environment at one moment; logs are read back to `since`."""

    reader: Reader
    stack: Stack
    now: datetime
    since: datetime

    def of_thing(self, question: Question) -> Facts:
        """Read about the newest certificate of a thing, and which others it has."""
        parts, name = self.stack.parts, question.text
        function = self._function()
        holder = parts if isinstance(parts, Unread) else records.holder(self.reader, parts.records, name)
        lines = known(self._log(function, name)) or ()
        table = None if isinstance(parts, Unread) else parts.records
        found = identity.of_thing(self.reader, name, table, holder, lines)
        facts = self._begun(question, function)
        facts = replace(facts, certificate_id=found.id, thing_name=name, holder=holder, others=found.others)
        return facts if found.id is None else self._about(facts, found.id, function)

    def of_one(self, question: Question, leaf: Leaf | None) -> Facts:
        """Read about one certificate, given by its id or as a file."""
        function, id_ = self._function(), leaf.id if leaf else question.text
        facts = replace(self._begun(question, function), certificate_id=id_, leaf=leaf)
        return self._about(facts, id_, function)

    def _begun(self, question: Question, function: Function | Unread | None) -> Facts:
        parts, deployed = self.stack.parts, known(function)
        rule = deployed.second_certificate if deployed else None
        return Facts(
            question,
            self.stack.place,
            self.now,
            certificate_id=None,
            thing_name=None,
            device_policy=None if isinstance(parts, Unread) else parts.policy,
            second_certificate=rule or self.reader.target.settings.second_certificate,
            capacity=self.reader.target.settings.capacity,
        )

    def _about(self, facts: Facts, id_: str, function: Function | Unread | None) -> Facts:
        """Add the certificate, and then what surrounds it."""
        arn = self.stack.place.arn(f"cert/{id_}")
        found = self.reader.side_by_side(
            {
                "certificate": lambda: self.reader.attempt(
                    "the certificate", lambda: registry.certificate(self.reader, id_)
                ),
                "record": lambda: self._record(id_),
                "attached": lambda: self.reader.attempt(
                    "the certificate's things", lambda: registry.attached(self.reader, arn)
                ),
                "log": lambda: self._log(function, id_),
            }
        )
        described = found.pop("certificate")
        certificate, pem = described if isinstance(described, tuple) else (described, "")
        if certificate is None:  # what AWS IoT does not hold is attached to nothing
            found["attached"] = ()
        facts = replace(facts, certificate=certificate, **found)
        recorded = known(facts.record)
        leaf = facts.leaf or read_leaf(pem or (recorded.certificate if recorded else ""))
        facts = replace(facts, leaf=leaf)
        facts = replace(facts, thing_name=self._thing_name(facts))
        return Surroundings(self.reader, self.stack, self.since).around(facts, function)

    def _thing_name(self, facts: Facts) -> str | None:
        """Tell which thing a certificate is for: by its record, else what it is attached to, or its name."""
        if isinstance(facts.record, IssuanceRecord):
            return facts.record.thing_name
        attached = known(facts.attached) or ()
        if facts.thing_name is not None or len(attached) == 1:
            return facts.thing_name or attached[0].thing
        named = self.reader.target.settings.provisioning.thing_is_named_as_its_certificate
        common_name = facts.leaf.common_name if facts.leaf and named else None
        return common_name if common_name and NAME.fullmatch(common_name) else None

    def _function(self) -> Function | Unread | None:
        parts = self.stack.parts
        if isinstance(parts, Unread):
            return parts
        return self.reader.attempt(
            "the registration function", lambda: consumer.function(self.reader, parts.function)
        )

    def _record(self, id_: str) -> IssuanceRecord | Unread | None:
        parts = self.stack.parts
        return parts if isinstance(parts, Unread) else records.record(self.reader, parts.records, id_)

    def _log(self, function: Function | Unread | None, about: str) -> tuple[LogLine, ...] | Unread:
        if not isinstance(function, Function):
            return function or ()
        return self.reader.attempt(
            "the registration function's log",
            lambda: logs.registration_lines(self.reader, function.log_group, about, self.since),
        )
