"""A diagnosis in words, for people."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from jitr.diagnosis.diagnosis import Answer, Diagnosis
from jitr.diagnosis.facts import Authority, Facts, LogLine
from jitr.diagnosis.finding import Finding
from jitr.diagnosis.notes import notes
from jitr.diagnosis.part import Unread, known

SHOWN_LINES = 3
MINUTE, HOUR, DAY = 60, 3600, 86400


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


def _ago(passed: timedelta) -> str:
    seconds = max(0, int(passed.total_seconds()))
    for unit, size in (("day", DAY), ("hour", HOUR), ("minute", MINUTE)):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return f"{seconds} s ago"
