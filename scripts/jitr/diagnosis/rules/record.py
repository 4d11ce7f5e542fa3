"""The issuance record, which decides: whether the authority issued the certificate, and what became of it."""

from collections.abc import Iterator
from datetime import datetime

from contract import SecondCertificate
from jitr.diagnosis.commands import Commands
from jitr.diagnosis.facts import Authority, Facts, Kind
from jitr.diagnosis.finding import Cause, Finding
from jitr.diagnosis.part import Unread, known
from jitr.diagnosis.rules.authority import of_nobody
from jitr.diagnosis.rules.certificate import NEW_CERTIFICATE, sign_anew
from jitr.diagnosis.rules.tombstone import tombstone
from records.record import IssuanceRecord
from records.state import TOMBSTONES, State

UNISSUED = "unissued"


def recorded(facts: Facts) -> Iterator[Finding]:
    """Ask the record, which decides, whether the certificate will be activated."""
    record = facts.record
    if isinstance(record, Unread):
        if record.broken:
            yield Finding(Cause.RECORD_BROKEN, f"The issuance record cannot be read: {record.why}")
    elif record is None:
        yield from () if of_nobody(facts) else missing_record(facts)
    elif record.state in TOMBSTONES:
        yield from tombstone(facts, record)
    elif record.state is State.REGISTERED:
        yield _deleted_since(facts, record)
    else:
        yield from record_of_another(facts)
        yield from second_certificate(facts)


def missing_record(facts: Facts) -> Iterator[Finding]:
    """Find a certificate that the authority never issued, as far as the records tell."""
    if isinstance(facts.record, Unread | IssuanceRecord) or facts.certificate_id is None:
        return
    authority, function = known(facts.authority), known(facts.way.function)
    if authority and function and authority.id in function.adopted:
        return
    unseen = " Nor does AWS IoT hold it in this account and Region." if facts.authority is None else ""
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
        advice="If the device is to have this certificate, let it take the other's place: that one stays in "
        "until this one is ACTIVE.",
        mend=(Commands(facts.place).jitr("device", "replace", record.thing_name, record.certificate_id),),
    )


def _keeps(holder: IssuanceRecord, record: IssuanceRecord, facts: Facts) -> bool:
    """Tell whether a thing's holder keeps it, as `registration/second_certificate.py` will."""
    if holder.certificate_id == record.certificate_id or facts.now >= holder.not_after:
        return False
    if facts.second_certificate is SecondCertificate.KEEP_BOTH or holder.state is not State.REGISTERED:
        return False
    if record.supersedes == holder.certificate_id:
        return False
    refuses = facts.second_certificate is SecondCertificate.REFUSE
    return refuses or holder.issued_at > record.issued_at


def _newer(holder: IssuanceRecord, record: IssuanceRecord) -> str:
    return "the newer " if holder.issued_at > record.issued_at else ""


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
    file = f"{id_[:12]}.crt"
    return (f"{fetched} > {file}", commands.jitr("issued", "import", file), *activate)


def _first_refusal(facts: Facts) -> datetime | None:
    lines = known(facts.log) or ()
    return min((line.at for line in lines if line.reason == UNISSUED), default=None)


def _refused_at(facts: Facts) -> str:
    return " It was refused." if _first_refusal(facts) is not None else ""


def nothing_issued(facts: Facts) -> Iterator[Finding]:
    """Find that there is no certificate for a thing at all."""
    if facts.question.kind is Kind.THING and not isinstance(facts.holder, Unread):
        yield Finding(
            Cause.NOTHING_ISSUED,
            f"No certificate is known for a thing {facts.question.text}: none was ever recorded for it in "
            f"environment {facts.place.environment}, and none is attached to it.",
            advice="Check the name; if it is right, sign the device's request.",
            mend=(sign_anew(facts),),
        )


def _deleted_since(facts: Facts, record: IssuanceRecord) -> Finding:
    commands = Commands(facts.place)
    return Finding(
        Cause.DELETED,
        f"The certificate was registered before and was deleted at AWS IoT since: its record says "
        f"{record.state}, so no event makes it ACTIVE again.",
        since=record.registered_at,
        advice="Sign a new certificate for the device; or, once it has connected again, activate this one.",
        mend=(sign_anew(facts), commands.jitr("device", "activate", record.certificate_id)),
    )
