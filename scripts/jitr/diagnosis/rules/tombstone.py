"""A record that ended: nothing brings its certificate back by itself."""

from collections.abc import Iterator

from jitr.diagnosis.commands import Commands
from jitr.diagnosis.facts import Facts
from jitr.diagnosis.finding import Cause, Finding
from jitr.diagnosis.rules.certificate import NEW_CERTIFICATE, sign_anew
from records.record import IssuanceRecord
from records.state import State

SECOND = "second_certificate"
"""Code of a refusal, as the registration writes it (`registration/refusal.py`)."""


def tombstone(facts: Facts, record: IssuanceRecord) -> Iterator[Finding]:
    """Say what ended a certificate, by its record: nothing brings it back by itself."""
    commands, thing = Commands(facts.place), record.thing_name
    anew = (sign_anew(facts),)
    if record.state is State.REVOKED:
        yield Finding(Cause.REVOKED, _ended("revoked", record), record.updated_at, NEW_CERTIFICATE, anew)
    elif record.state is State.REPLACED:
        by = facts.holder.certificate_id if isinstance(facts.holder, IssuanceRecord) else None
        newer = f" by certificate {by[:12]}…" if by and by != record.certificate_id else " by a newer one"
        yield Finding(
            Cause.REPLACED,
            f"The certificate was replaced{newer}, which has thing {thing} now.",
            record.updated_at,
            f"The device has to use its newer certificate. If that is lost: {NEW_CERTIFICATE}",
            anew,
        )
    elif record.state is State.DEACTIVATED:
        activate = (commands.jitr("device", "activate", record.certificate_id),)
        yield Finding(Cause.DEACTIVATED, _ended("deactivated", record), record.updated_at, None, activate)
    elif record.state is State.REFUSED:
        yield _refused(facts, record)


def _refused(facts: Facts, record: IssuanceRecord) -> Finding:
    commands = Commands(facts.place)
    code, _, problem = (record.reason or "").partition(": ")
    if code != SECOND:
        return Finding(
            Cause.REFUSED,
            f"The registration refused the certificate: {record.reason or 'without a reason'}.",
            record.updated_at,
            "Put right what it says, and have it judged again; or sign a new one for the device.",
            (commands.jitr("device", "activate", record.certificate_id), sign_anew(facts)),
        )
    return Finding(
        Cause.SECOND_CERTIFICATE,
        f"The certificate was refused as a second one for thing {record.thing_name}: {problem}",
        record.updated_at,
        "If the device is to have this certificate, let it take the other's place: that one stays in until "
        "this one is ACTIVE.",
        (commands.jitr("device", "replace", record.thing_name, record.certificate_id),),
    )


def _ended(how: str, record: IssuanceRecord) -> str:
    return f"The certificate was {how}{f': {record.reason}' if record.reason else ''}."
