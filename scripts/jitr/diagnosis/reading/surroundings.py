"""What surrounds a certificate: authority, rule, queue, function, thing, policies, dead letters."""

from dataclasses import dataclass, replace
from datetime import datetime

from contract import Output
from jitr.diagnosis import permissions
from jitr.diagnosis.facts import Authority, Facts, HeldPolicy, Refusal, RegisteredCertificate, Thing
from jitr.diagnosis.part import Unread, known
from jitr.diagnosis.reading import authority, consumer, letters, logs, records, registry, rules
from jitr.diagnosis.reading.reader import Reader
from jitr.diagnosis.reading.stack import Stack
from jitr.diagnosis.rules.rule import taking
from jitr.diagnosis.way import Consumer, DeadLetters, Denial, Function, Queue, Rule, Way
from records.record import IssuanceRecord


@dataclass(frozen=True)
class Surroundings:
    """Of one environment; logs are read back to `since`."""

    reader: Reader
    stack: Stack
    since: datetime

    def around(self, facts: Facts, function: Function | Unread | None) -> Facts:
        """Read the surroundings of a certificate, side by side."""
        found = self.reader.side_by_side(
            {
                "rules": lambda: self._authority_and_rules(facts),
                "queue": self._queue_and_consumer,
                "denials": lambda: self._denials(facts, function),
                "letters": lambda: self._letters(facts),
                "thing": lambda: self._thing_and_policies(facts),
                "holder": lambda: self._holder(facts),
                "refusals": lambda: self._refusals(facts),
            }
        )
        signer, taking, rule_denials = found["rules"]
        queue, mapping = found["queue"]
        thing, policies = found["thing"]
        way = Way(taking, rule_denials, queue, mapping, function, found["denials"], found["letters"])
        return replace(
            facts,
            authority=signer,
            way=way,
            thing=thing,
            policies=policies,
            holder=found["holder"],
            refusals=found["refusals"],
        )

    def _authority_and_rules(
        self, facts: Facts
    ) -> tuple[Authority | Unread | None, tuple[Rule, ...] | Unread, tuple[Denial, ...] | Unread]:
        signer = self._authority(facts)
        queue = self.stack.output(Output.REGISTRATION_QUEUE)
        dead = self.stack.output(Output.DEAD_LETTER_QUEUE)
        if isinstance(queue, Unread) or isinstance(dead, Unread):
            return signer, Unread("the topic rules", "the stack's queues are not known"), ()
        found = self.reader.attempt(
            "the topic rules",
            lambda: rules.rules(self.reader, self.stack.place, known(signer), (queue, dead)),
        )
        return signer, found, self._rule_denials(known(signer), known(found) or (), queue)

    def _authority(self, facts: Facts) -> Authority | Unread | None:
        deployed = self.stack.authorities
        if isinstance(deployed, Unread):
            return deployed
        named = None
        if isinstance(facts.record, IssuanceRecord):
            named = facts.record.issuer
        if isinstance(facts.certificate, RegisteredCertificate) and facts.certificate.authority:
            named = facts.certificate.authority
        return self.reader.attempt(
            "the authority", lambda: authority.authority(self.reader, facts.leaf, named, deployed)
        )

    def _rule_denials(
        self, signer: Authority | None, found: tuple[Rule, ...], queue: str
    ) -> tuple[Denial, ...] | Unread:
        carrying = taking(found, signer.id, queue) if signer and signer.id else []
        role = carrying[0].role if carrying else None
        if role is None:
            return ()
        asked = [(permissions.TO_SEND, self._queue_arn(queue))]
        return self.reader.attempt(
            "what the rule's role is allowed", lambda: consumer.denials(self.reader, role, asked)
        )

    def _queue_and_consumer(self) -> tuple[Queue | Unread | None, Consumer | Unread | None]:
        url, function = (
            self.stack.output(Output.REGISTRATION_QUEUE),
            self.stack.output(Output.REGISTRATION_FUNCTION),
        )
        if isinstance(url, Unread) or isinstance(function, Unread):
            missing = url if isinstance(url, Unread) else function
            return missing, missing  # type: ignore[return-value]  # the one that is Unread
        queue = self.reader.attempt("the registration queue", lambda: consumer.queue(self.reader, url))
        mapping = self.reader.attempt(
            "the event source mapping",
            lambda: consumer.consumer(self.reader, self._queue_arn(url), function),
        )
        return queue, mapping

    def _denials(self, facts: Facts, function: Function | Unread | None) -> tuple[Denial, ...] | Unread:
        table = self.stack.output(Output.ISSUANCE_RECORDS)
        queue, dead = (
            self.stack.output(Output.REGISTRATION_QUEUE),
            self.stack.output(Output.DEAD_LETTER_QUEUE),
        )
        parts = (table, queue, dead)
        if not isinstance(function, Function) or any(isinstance(part, Unread) for part in parts):
            return ()
        arn = self.stack.place.arn
        asked = [
            (permissions.OF_CERTIFICATE, arn(f"cert/{facts.certificate_id}")),
            (permissions.OF_THING, arn(f"thing/{facts.thing_name or 'any'}")),
            (permissions.OF_RECORDS, self._arn("dynamodb", f"table/{table}")),
            (permissions.OF_QUEUE, self._queue_arn(str(queue))),
            (permissions.TO_SEND, self._queue_arn(str(dead))),
        ]
        return self.reader.attempt(
            "what the function's role is allowed",
            lambda: consumer.denials(self.reader, function.role, asked),
        )

    def _letters(self, facts: Facts) -> DeadLetters | Unread:
        url = self.stack.output(Output.DEAD_LETTER_QUEUE)
        if isinstance(url, Unread):
            return url
        id_ = str(facts.certificate_id)
        return self.reader.attempt(
            "the dead-letter queue", lambda: letters.dead_letters(self.reader, url, id_)
        )

    def _thing_and_policies(
        self, facts: Facts
    ) -> tuple[Thing | Unread | None, tuple[HeldPolicy, ...] | Unread]:
        name = facts.thing_name
        thing = self.reader.attempt("the thing", lambda: registry.thing(self.reader, name)) if name else None
        groups = thing.groups if isinstance(thing, Thing) else ()
        certificate = self.stack.place.arn(f"cert/{facts.certificate_id}")
        policies = self.reader.attempt(
            "the policies", lambda: registry.policies(self.reader, certificate, groups)
        )
        return thing, policies

    def _holder(self, facts: Facts) -> IssuanceRecord | Unread | None:
        table = self.stack.output(Output.ISSUANCE_RECORDS)
        if facts.thing_name is None or isinstance(table, Unread):
            return facts.holder
        return records.holder(self.reader, table, facts.thing_name)

    def _refusals(self, facts: Facts) -> tuple[Refusal, ...] | Unread:
        id_ = str(facts.certificate_id)
        return self.reader.attempt("AWS IoT's own log", lambda: logs.refusals(self.reader, id_, self.since))

    def _arn(self, service: str, resource: str) -> str:
        place = self.stack.place
        return f"arn:{place.partition}:{service}:{place.region}:{place.account}:{resource}"

    def _queue_arn(self, url: str) -> str:
        return self._arn("sqs", url.rstrip("/").rpartition("/")[2])
