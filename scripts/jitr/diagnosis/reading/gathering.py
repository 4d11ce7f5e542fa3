"""Facts, gathered in rounds of calls side by side: where to look, which certificate, and then all else."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from contract import Output
from jitr.diagnosis.facts import Facts, Kind, LogLine, Place, Question, RegisteredCertificate
from jitr.diagnosis.leaf import Leaf, read_leaf
from jitr.diagnosis.part import Unread, known
from jitr.diagnosis.reading import consumer, identity, logs, records, registry
from jitr.diagnosis.reading.reader import Reader
from jitr.diagnosis.reading.stack import Stack, stack
from jitr.diagnosis.reading.surroundings import Surroundings
from jitr.diagnosis.way import Function
from jitr.target import Target
from records.record import IssuanceRecord


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
    reader = Reader(target)
    return Gathering(reader, stack(reader), question, datetime.now(UTC), since).facts(leaf)


@dataclass(frozen=True)
class Gathering:
    """One question to one environment."""

    reader: Reader
    stack: Stack
    question: Question
    now: datetime
    since: timedelta

    @property
    def place(self) -> Place:
        """Where it is asked."""
        return self.stack.place

    def facts(self, leaf: Leaf | None) -> Facts:
        """Read everything."""
        function = self._function()
        if self.question.kind is Kind.THING:
            holder = self._holder(self.question.text)
            found = self._of_thing(holder, function)
            id_, others = found.id, found.others
        else:
            id_, others = leaf.id if leaf else self.question.text, ()
        facts = Facts(
            self.question,
            self.place,
            self.now,
            certificate_id=id_,
            thing_name=self.question.text if self.question.kind is Kind.THING else None,
            device_policy=known(self.stack.output(Output.DEVICE_POLICY)),
            second_certificate=self.reader.target.settings.second_certificate,
            others=others,
            holder=holder if self.question.kind is Kind.THING else None,
        )
        return self._about(facts, id_, leaf, function) if id_ is not None else facts

    def _about(self, facts: Facts, id_: str, leaf: Leaf | None, function: Function | Unread | None) -> Facts:
        """Add what there is about a certificate."""
        found = self.reader.side_by_side(
            {
                "certificate": lambda: self.reader.attempt(
                    "the certificate", lambda: registry.certificate(self.reader, id_)
                ),
                "record": lambda: self._record(id_),
                "attached": lambda: self.reader.attempt(
                    "the certificate's things",
                    lambda: registry.attached(self.reader, self.place.arn(f"cert/{id_}")),
                ),
                "log": lambda: self._log(function, id_),
            }
        )
        certificate, text = _split(found["certificate"])
        record = found["record"]
        pem = text or (record.certificate if isinstance(record, IssuanceRecord) else "")
        known_leaf = leaf or read_leaf(pem)
        facts = replace(
            facts,
            certificate=certificate,
            record=record,
            attached=found["attached"],
            log=found["log"],
            leaf=known_leaf,
        )
        facts = replace(facts, thing_name=self._thing_name(facts))
        return Surroundings(self.reader, self.stack, self.now - self.since).around(facts, function)

    def _thing_name(self, facts: Facts) -> str | None:
        """Tell which thing a certificate is for: by its record, else what it is attached to, or its name."""
        if isinstance(facts.record, IssuanceRecord):
            return facts.record.thing_name
        attached = known(facts.attached) or ()
        if facts.thing_name is not None or len(attached) == 1:
            return facts.thing_name or attached[0].thing
        named = self.reader.target.settings.provisioning.thing_is_named_as_its_certificate
        return facts.leaf.common_name if facts.leaf and named else None

    def _function(self) -> Function | Unread | None:
        name = self.stack.output(Output.REGISTRATION_FUNCTION)
        if isinstance(name, Unread):
            return name
        return self.reader.attempt("the registration function", lambda: consumer.function(self.reader, name))

    def _record(self, id_: str) -> IssuanceRecord | Unread | None:
        table = self.stack.output(Output.ISSUANCE_RECORDS)
        return table if isinstance(table, Unread) else records.record(self.reader, table, id_)

    def _holder(self, thing: str) -> IssuanceRecord | Unread | None:
        table = self.stack.output(Output.ISSUANCE_RECORDS)
        return table if isinstance(table, Unread) else records.holder(self.reader, table, thing)

    def _of_thing(
        self, holder: IssuanceRecord | Unread | None, function: Function | Unread | None
    ) -> identity.Found:
        lines = known(self._log(function, self.question.text)) or ()
        table = known(self.stack.output(Output.ISSUANCE_RECORDS))
        return identity.of_thing(self.reader, self.question.text, table, holder, lines)

    def _log(self, function: Function | Unread | None, about: str) -> tuple[LogLine, ...] | Unread:
        if not isinstance(function, Function):
            return function or ()
        return self.reader.attempt(
            "the registration function's log",
            lambda: logs.registration_lines(self.reader, function.log_group, about, self.now - self.since),
        )


def _split(
    found: tuple[RegisteredCertificate, str] | Unread | None,
) -> tuple[RegisteredCertificate | Unread | None, str]:
    return found if isinstance(found, tuple) else (found, "")
