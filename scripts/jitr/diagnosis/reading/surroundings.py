"""What surrounds a certificate: authority, rule, queue, function, thing, policies, dead letters."""

from dataclasses import dataclass, replace
from datetime import datetime

from jitr.diagnosis import permissions
from jitr.diagnosis.facts import Authority, Facts, HeldPolicy, RegisteredCertificate, Thing
from jitr.diagnosis.part import Unread, known
from jitr.diagnosis.reading import authority, consumer, letters, logs, records, registry, rules
from jitr.diagnosis.reading.reader import Reader
from jitr.diagnosis.reading.stack import Parts, Stack
from jitr.diagnosis.rules.rule import taking
from jitr.diagnosis.way import Denial, Function, Rule, Way
from records.record import IssuanceRecord

Signer = Authority | Unread | None
Denials = tuple[Denial, ...] | Unread


@dataclass(frozen=True)
class Surroundings:
    """Of one environment; logs are read back to `since`."""

    reader: Reader
    stack: Stack
    since: datetime

    def around(self, facts: Facts, function: Function | Unread | None) -> Facts:
        """Read the surroundings of a certificate, side by side."""
        id_ = str(facts.certificate_id)
        found = self.reader.side_by_side(
            {
                "way": lambda: self._authority_and_way(facts, function),
                "access": lambda: self._thing_and_policies(facts, id_),
                "holder": lambda: self._holder(facts),
                "refusals": lambda: self.reader.attempt(
                    "AWS IoT's own log", lambda: logs.refusals(self.reader, id_, self.since)
                ),
            }
        )
        signer, way = found["way"]
        thing, policies = found["access"]
        return replace(
            facts,
            authority=signer,
            way=way,
            thing=thing,
            policies=policies,
            holder=found["holder"],
            refusals=found["refusals"],
        )

    def _authority_and_way(self, facts: Facts, function: Function | Unread | None) -> tuple[Signer, Way]:
        parts = self.stack.parts
        if isinstance(parts, Unread):
            return self._authority(facts), Way(parts, (), parts, parts, parts, (), parts)
        attempt, reader, id_ = self.reader.attempt, self.reader, str(facts.certificate_id)
        found = reader.side_by_side(
            {
                "rules": lambda: self._authority_and_rules(facts, parts),
                "queue": lambda: attempt(
                    "the registration queue", lambda: consumer.queue(reader, parts.queue)
                ),
                "consumer": lambda: attempt(
                    "the event source mapping",
                    lambda: consumer.consumer(reader, self._queue_arn(parts.queue), parts.function),
                ),
                "denials": lambda: self._function_denials(facts, function, parts),
                "letters": lambda: attempt(
                    "the dead-letter queue", lambda: letters.dead_letters(reader, parts.dead_letters, id_)
                ),
            }
        )
        signer, taken, denials = found["rules"]
        return signer, Way(
            taken, denials, found["queue"], found["consumer"], function, found["denials"], found["letters"]
        )

    def _authority_and_rules(
        self, facts: Facts, parts: Parts
    ) -> tuple[Signer, tuple[Rule, ...] | Unread, Denials]:
        signer = self._authority(facts)
        queues = parts.queue, parts.dead_letters
        found = self.reader.attempt(
            "the topic rules", lambda: rules.rules(self.reader, self.stack.place, known(signer), queues)
        )
        return signer, found, self._rule_denials(known(signer), known(found) or (), parts.queue)

    def _authority(self, facts: Facts) -> Signer:
        """Find the authority: AWS IoT names it, or the record, or else the certificate's signature."""
        deployed = self.stack.authorities
        if isinstance(deployed, Unread):
            return deployed
        named = facts.record.issuer if isinstance(facts.record, IssuanceRecord) else None
        if isinstance(facts.certificate, RegisteredCertificate):
            named = facts.certificate.authority or named
        return self.reader.attempt(
            "the authority", lambda: authority.authority(self.reader, facts.leaf, named, deployed)
        )

    def _rule_denials(self, signer: Authority | None, found: tuple[Rule, ...], queue: str) -> Denials:
        carrying = taking(found, signer.id, queue) if signer and signer.id else []
        role = carrying[0].role if carrying else None
        if role is None:
            return ()
        asked = [(permissions.TO_SEND, self._queue_arn(queue))]
        return self.reader.attempt(
            "what the rule's role is allowed", lambda: consumer.denials(self.reader, role, asked)
        )

    def _function_denials(self, facts: Facts, function: Function | Unread | None, parts: Parts) -> Denials:
        if not isinstance(function, Function):
            return ()
        arn = self.stack.place.arn
        asked = [
            (permissions.OF_CERTIFICATE, arn(f"cert/{facts.certificate_id}")),
            (permissions.OF_THING, arn(f"thing/{facts.thing_name or 'any'}")),
            (permissions.OF_RECORDS, self._arn("dynamodb", f"table/{parts.records}")),
            (permissions.OF_QUEUE, self._queue_arn(parts.queue)),
            (permissions.TO_SEND, self._queue_arn(parts.dead_letters)),
        ]
        return self.reader.attempt(
            "what the function's role is allowed",
            lambda: consumer.denials(self.reader, function.role, asked),
        )

    def _thing_and_policies(
        self, facts: Facts, id_: str
    ) -> tuple[Thing | Unread | None, tuple[HeldPolicy, ...] | Unread]:
        name = facts.thing_name
        thing = self.reader.attempt("the thing", lambda: registry.thing(self.reader, name)) if name else None
        if facts.certificate is None:  # what AWS IoT does not hold has no policies
            return thing, ()
        groups = thing.groups if isinstance(thing, Thing) else ()
        certificate = self.stack.place.arn(f"cert/{id_}")
        policies = self.reader.attempt(
            "the policies", lambda: registry.policies(self.reader, certificate, groups)
        )
        return thing, policies

    def _holder(self, facts: Facts) -> IssuanceRecord | Unread | None:
        parts, name = self.stack.parts, facts.thing_name
        if name is None or isinstance(parts, Unread):
            return facts.holder
        return records.holder(self.reader, parts.records, name)

    def _arn(self, service: str, resource: str) -> str:
        place = self.stack.place
        return f"arn:{place.partition}:{service}:{place.region}:{place.account}:{resource}"

    def _queue_arn(self, url: str) -> str:
        return self._arn("sqs", url.rstrip("/").rpartition("/")[2])
