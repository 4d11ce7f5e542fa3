"""A diagnosis as one JSON value, for programs; docs/diagnosis.md describes every key."""

from jitr.diagnosis.diagnosis import Diagnosis
from jitr.diagnosis.facts import LogLine
from jitr.diagnosis.finding import Finding
from jitr.diagnosis.notes import notes
from jitr.diagnosis.part import known


def fields(diagnosis: Diagnosis) -> dict[str, object]:
    """Give it by name; every key is there whatever is known."""
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
