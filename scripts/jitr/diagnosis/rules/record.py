"""The issuance record, which decides: whether the authority issued the certificate, and what became of it."""

from collections.abc import Iterator
from datetime import datetime

from contract import SecondCertificate
from jitr.diagnosis.commands import Commands
from jitr.diagnosis.facts import Authority, Facts, Kind
from jitr.diagnosis.finding import Cause, Finding
from jitr.diagnosis.part import Unread, known
from jitr.diagnosis.rules.certificate import NEW_CERTIFICATE, sign_anew
from records.record import IssuanceRecord
from records.state import State

SECOND = "second_certificate"
UNISSUED = "unissued"


def missing_record(facts: Facts) -> Iterator[Finding]:
    """Find a certificate that the authority never issued, as far as the records tell."""
    if isinstance(facts.record, Unread | IssuanceRecord) or facts.certificate_id is None:
        return
    authority, function = known(facts.authority), known(facts.way.function)
    if authority and function and authority.id in function.adopted:
        return
    unseen = " AWS IoT does not hold it in this account and Region, either." if facts.status is None else ""
    yield Finding(
        Cause.UNISSUED,
        f"Certificate {facts.certificate_id[:12]}… has no issuance record in environment "
        f"{facts.place.environment}: for the registration it was never issued.{_refused_at(facts)}{unseen}",
        since=_first_refusal(facts),
        advice="If it is a genuine device's (signed with files, or elsewhere), record it; then activate it, "
        "if it was refused before, or let the device connect again. If you do not know it, somebody else has "
        "the authority's key.",
        mend=_recorded(facts),
    )


def record_of_another(facts: Facts) -> Iterator[Finding]:
    """Find a certificate that AWS IoT has from another authority than the one that issued it."""
    record, authority = facts.record, facts.authority
    if not isinstance(record, IssuanceRecord) or not isinstance(authority, Authority):
        return
    if authority.id is not None and record.issuer != authority.id and record.state is State.ISSUED:
        yield Finding(
            Cause.WRONG_AUTHORITY,
            f"By its record, authority {record.issuer[:12]}… issued the certificate, but AWS IoT has it from "
            f"{authority.said}; the registration refuses that.",
            advice=NEW_CERTIFICATE,
            mend=(sign_anew(facts),),
        )


def second_certificate(facts: Facts) -> Iterator[Finding]:
    """Find a thing that another certificate keeps, so that this one will be refused."""
    record, holder = facts.record, facts.holder
    if not isinstance(record, IssuanceRecord) or not isinstance(holder, IssuanceRecord):
        return
    if record.state is not State.ISSUED or not _keeps(holder, record, facts):
        return
    yield Finding(
        Cause.SECOND_CERTIFICATE,
        f"Thing {record.thing_name} has {_newer(holder, record)}certificate {holder.certificate_id[:12]}…; "
        f"the environment's rule for a second one (second_certificate) is "
        f"{facts.second_certificate.value!r}, so this one will be refused.",
        since=holder.registered_at,
        advice="If the device has this certificate, deactivate the other.",
        mend=(Commands(facts.place).jitr("device", "deactivate", holder.certificate_id),),
    )


def _keeps(holder: IssuanceRecord, record: IssuanceRecord, facts: Facts) -> bool:
    """Tell whether a thing's holder keeps it, as `registration/second_certificate.py` will."""
    if holder.certificate_id == record.certificate_id or facts.now >= holder.not_after:
        return False
    if facts.second_certificate is SecondCertificate.KEEP_BOTH or holder.state is not State.REGISTERED:
        return False
    refuses = facts.second_certificate is SecondCertificate.REFUSE
    return refuses or holder.issued_at > record.issued_at


def _newer(holder: IssuanceRecord, record: IssuanceRecord) -> str:
    return "the newer " if holder.issued_at > record.issued_at else ""


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
            f"The registration refused the certificate for good: {record.reason or 'without a reason'}.",
            record.updated_at,
            f"Put right what it says; a refused certificate does not come back. {NEW_CERTIFICATE}",
            (sign_anew(facts),),
        )
    holder = facts.holder.certificate_id if isinstance(facts.holder, IssuanceRecord) else None
    deactivate = (commands.jitr("device", "deactivate", holder),) if holder else ()
    return Finding(
        Cause.SECOND_CERTIFICATE,
        f"The certificate was refused as a second one for thing {record.thing_name}: {problem}",
        record.updated_at,
        "If the other is no longer in use, deactivate it and sign a new certificate for the device: a "
        "refused one does not come back.",
        (*deactivate, sign_anew(facts)),
    )


def _ended(how: str, record: IssuanceRecord) -> str:
    return f"The certificate was {how}{f': {record.reason}' if record.reason else ''}."


def _recorded(facts: Facts) -> tuple[str, ...]:
    commands, id_ = Commands(facts.place), str(facts.certificate_id)
    activate = (commands.jitr("device", "activate", id_),) if facts.status == "INACTIVE" else ()
    if facts.question.kind is Kind.FILE:
        return (commands.jitr("issued", "import", facts.question.text), *activate)
    if facts.status is None:
        return (commands.jitr("issued", "import", f"{facts.thing_name or 'device'}.crt"),)
    fetched = commands.aws(
        "iot describe-certificate",
        "--query certificateDescription.certificatePem --output text",
        certificate_id=id_,
    )
    return (f"{fetched} > device.crt", commands.jitr("issued", "import", "device.crt"), *activate)


def _first_refusal(facts: Facts) -> datetime | None:
    lines = known(facts.log) or ()
    return min((line.at for line in lines if line.reason == UNISSUED), default=None)


def _refused_at(facts: Facts) -> str:
    return " It was refused." if _first_refusal(facts) is not None else ""
