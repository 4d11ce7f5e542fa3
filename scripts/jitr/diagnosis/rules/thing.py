"""The thing: policies that let a device be itself need one, and the certificate attached to it."""

from collections.abc import Iterator

from jitr.diagnosis.commands import Commands, compact
from jitr.diagnosis.facts import Facts
from jitr.diagnosis.finding import Cause, Finding
from jitr.diagnosis.part import Unread
from records.provisioning import PLAIN
from records.record import IssuanceRecord


def wrong_thing(facts: Facts) -> Iterator[Finding]:
    """Find a certificate whose thing is gone, or that is attached to another one or to none."""
    name, id_ = facts.thing_name, facts.certificate_id
    if name is None or id_ is None:
        return
    if facts.thing is None:
        yield _missing(facts, name, id_)
    elif not isinstance(facts.attached, Unread):
        things = [attachment.thing for attachment in facts.attached]
        if things and name not in things:
            yield _elsewhere(facts, name, id_, things)
        elif not things:
            yield Finding(
                Cause.NOT_ATTACHED,
                f"The certificate is attached to no thing; it should be attached to {name}.",
                mend=(Commands(facts.place).attach_thing(name, id_),),
            )


def _missing(facts: Facts, name: str, id_: str) -> Finding:
    commands = Commands(facts.place)
    return Finding(
        Cause.THING_MISSING,
        f"The thing {name} is not in the registry: it was deleted, or never made.",
        mend=(_made_again(facts, name, commands), commands.attach_thing(name, id_)),
    )


def _made_again(facts: Facts, name: str, commands: Commands) -> str:
    record = facts.record
    asked = record.provisioning if isinstance(record, IssuanceRecord) else PLAIN
    options = {"thing_name": name}
    if asked.thing_type:
        options["thing_type_name"] = asked.thing_type
    if asked.attributes:
        options["attribute_payload"] = compact({"attributes": dict(asked.attributes)})
    if asked.billing_group:
        options["billing_group_name"] = asked.billing_group
    return commands.aws("iot create-thing", **options)


def _elsewhere(facts: Facts, name: str, id_: str, things: list[str]) -> Finding:
    commands = Commands(facts.place)
    principal = facts.place.arn(f"cert/{id_}")
    detached = [
        commands.aws("iot detach-thing-principal", thing_name=thing, principal=principal) for thing in things
    ]
    return Finding(
        Cause.ON_ANOTHER_THING,
        f"The certificate is attached to {' and '.join(things)}, not to its own thing {name}.",
        mend=(*detached, commands.attach_thing(name, id_)),
    )
