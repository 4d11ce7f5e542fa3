"""A diagnosis in words for people, and as one JSON value for programs."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from jitr.diagnosis.diagnosis import Answer, Diagnosis
from jitr.diagnosis.facts import Authority, Facts, LogLine, RegisteredCa
from jitr.diagnosis.finding import Finding
from jitr.diagnosis.part import Unread, known
from records.state import TOMBSTONES

SHOWN_LINES = 3
MINUTE, HOUR, DAY = 60, 3600, 86400


def fields(diagnosis: Diagnosis) -> dict[str, object]:
    """Give it as JSON has it; docs/diagnosis.md describes every key."""
    facts = diagnosis.facts
    authority = known(facts.authority)
    return {
        "environment": facts.place.environment,
        "asked": {"kind": facts.question.kind.value, "value": facts.question.text},
        "answer": diagnosis.answer.value,
        "certificate_id": facts.certificate_id,
        "thing_name": facts.thing_name,
        "client_id": facts.client_id,
        "status": facts.status,
        "record": getattr(known(facts.record), "state", None),
        "authority": {"name": authority.name, "certificate_id": authority.id} if authority else None,
        "findings": [_finding(finding) for finding in diagnosis.findings],
        "unclear": list(diagnosis.unclear),
        "notes": list(notes(diagnosis)),
        "unread": [{"what": each.what, "why": each.why} for each in diagnosis.unread],
        "other_certificates": [
            {"certificate_id": other.id, "status": other.status, "record": other.state}
            for other in known(facts.others) or ()
        ],
        "log": [_line(line) for line in known(facts.log) or ()],
    }


def lines(diagnosis: Diagnosis) -> Iterator[str]:
    """Say it, line by line; what devices and logs put into it cannot steer a terminal."""
    for paragraph in _paragraphs(diagnosis):
        for line in paragraph.split("\n"):
            yield "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in line)


def _paragraphs(diagnosis: Diagnosis) -> Iterator[str]:
    facts = diagnosis.facts
    yield _heading(facts)
    yield ""
    yield _answer(diagnosis)
    for number, finding in enumerate(diagnosis.findings, 1):
        yield ""
        yield from _told(number, finding, facts.now)
    for said in _beside(diagnosis):
        yield ""
        yield said


def notes(diagnosis: Diagnosis) -> Iterator[str]:
    """Say what is worth knowing and stands in nobody's way."""
    facts = diagnosis.facts
    common_name = facts.leaf.common_name if facts.leaf else None
    if facts.thing_name and common_name and common_name != facts.thing_name:
        yield (
            f"the certificate's common name is {common_name}, its thing is {facts.thing_name}: the device "
            f"must connect with the client id {facts.thing_name}"
        )
    if facts.certificate_id and facts.certificate is None and diagnosis.answer is not Answer.NOTHING:
        yield "AWS IoT has not seen this certificate yet: it would be registered when the device connects"
    yield from _of_authority(facts)
    record = known(facts.record)
    if facts.status == "ACTIVE" and record and record.state in TOMBSTONES:
        yield f"the certificate is ACTIVE at AWS IoT, though its record says {record.state}"
    letters = known(facts.way.dead_letters)
    if letters and letters.looked_at < letters.about_in_all:
        yield f"of about {letters.about_in_all} dead letters {letters.looked_at} were looked at"


def _of_authority(facts: Facts) -> Iterator[str]:
    authority = facts.authority
    if not isinstance(authority, Authority):
        return
    if isinstance(authority.held, RegisteredCa) and authority.held.mode == "SNI_ONLY" and not facts.status:
        yield f"the {authority.said} is in SNI_ONLY mode: the device must name its endpoint (SNI)"
    if authority.rivals:
        yield f"{len(authority.rivals)} more of the account have the subject {authority.subject}"


def _heading(facts: Facts) -> str:
    if facts.certificate_id is None:
        return f"{facts.question.text}: no certificate"
    thing = f"{facts.thing_name}: " if facts.thing_name else ""
    status = "unread" if isinstance(facts.certificate, Unread) else facts.status or "not at AWS IoT"
    record = known(facts.record)
    recorded = f", record {record.state}" if record else ", no record" if facts.record is None else ""
    authority = f", {facts.authority.said}" if isinstance(facts.authority, Authority) else ""
    return f"{thing}certificate {facts.certificate_id[:12]}…, {status}{recorded}{authority}"


def _answer(diagnosis: Diagnosis) -> str:
    facts = diagnosis.facts
    if diagnosis.answer is Answer.NOTHING and facts.status is not None:
        return f"Nothing stands in the way: the device may connect with the client id {facts.client_id}."
    if diagnosis.answer is Answer.NOTHING:
        return (
            "Nothing stands in the way: AWS IoT has not seen the certificate yet, and lets the device in "
            "when it connects."
        )
    if diagnosis.answer is Answer.UNCLEAR:
        return "\n".join(
            ["Nothing was found in the way, but it cannot be ruled out:", *_items(diagnosis.unclear)]
        )
    several = len(diagnosis.findings) > 1
    return f"{len(diagnosis.findings)} things stand in the way, in this order:" if several else "In the way:"


def _told(number: int, finding: Finding, now: datetime) -> Iterator[str]:
    yield f"{number}. {finding.says}"
    if finding.since is not None:
        yield f"   since {finding.since:%Y-%m-%d %H:%M:%S} UTC ({_ago(now - finding.since)})"
    if finding.advice:
        yield f"   {finding.advice}"
    yield from (f"   $ {command}" for command in finding.mend)


def _beside(diagnosis: Diagnosis) -> Iterator[str]:
    facts = diagnosis.facts
    if said := list(notes(diagnosis)):
        yield "\n".join(["Beside that:", *_items(said)])
    if logged := (known(facts.log) or ())[-SHOWN_LINES:]:
        yield "\n".join(["Logged last by the registration:", *_items(map(_logged, logged))])
    if others := known(facts.others):
        said = [f"{each.id[:12]}… {each.status or 'not at AWS IoT'}, record {each.state}" for each in others]
        yield "\n".join(["Other certificates of the thing:", *_items(said)])
    if diagnosis.unread:
        yield "\n".join(["Not read:", *_items(f"{each.what}: {each.why}" for each in diagnosis.unread)])
    commands = [command for finding in diagnosis.findings for command in finding.mend]
    if facts.place.local and any(command.startswith(("aws", "npx")) for command in commands):
        yield 'For aws and cdk to go to the local AWS: eval "$(jitr local env)"'


def _items(texts: Iterable[str]) -> Iterator[str]:
    return (f"  - {text}" for text in texts)


def _logged(line: LogLine) -> str:
    reason = f"/{line.reason}" if line.reason else ""
    problem = f": {line.problem}" if line.problem else ""
    return f"{line.at:%Y-%m-%d %H:%M:%S} UTC {line.outcome}{reason}{problem}"


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "cause": finding.cause.value,
        "says": finding.says,
        "since": finding.since.isoformat() if finding.since else None,
        "advice": finding.advice,
        "mend": list(finding.mend),
    }


def _line(line: LogLine) -> dict[str, object]:
    return {
        "at": line.at.isoformat(),
        "outcome": line.outcome,
        "reason": line.reason,
        "problem": line.problem,
    }


def _ago(passed: timedelta) -> str:
    seconds = max(0, int(passed.total_seconds()))
    for unit, size in (("day", DAY), ("hour", HOUR), ("minute", MINUTE)):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return f"{seconds} s ago"
