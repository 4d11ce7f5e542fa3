"""A certificate that AWS IoT announced and nobody activated: where its event is, or that it was lost."""

import json
import shlex
from collections.abc import Iterator
from datetime import timedelta

from jitr.diagnosis.commands import Commands
from jitr.diagnosis.facts import Facts, LogLine, RegisteredCertificate
from jitr.diagnosis.finding import Cause, Finding
from jitr.diagnosis.part import Unread, known
from jitr.diagnosis.rules.consumer import is_denial
from jitr.diagnosis.way import DeadLetter, Queue
from records.record import IssuanceRecord
from records.state import State

MOMENT = timedelta(seconds=30)
"""As long as a registration takes at most, when all is well: a function runs 12 s (docs/registration.md)."""
HELD = "held"
RETRIED = "retried"


def dead_letters(facts: Facts) -> Iterator[Finding]:
    """Find the event in the dead-letter queue, with the reason that it was put there with."""
    letters = facts.way.dead_letters
    if isinstance(letters, Unread) or not letters.about:
        return
    latest = letters.about[-1]
    more = f" ({len(letters.about)} such letters)" if len(letters.about) > 1 else ""
    yield Finding(
        Cause.DEAD_LETTER,
        f"The certificate's event lies in the dead-letter queue{more}: {_told(latest)}",
        since=letters.about[0].sent,
        advice="Mend what the reason says, then put the dead letters back; or let the device connect again.",
        mend=(Commands(facts.place).jitr("redrive"),),
    )


def _told(letter: DeadLetter) -> str:
    by = "the topic rule could not hand it over" if letter.by_rule else "the registration gave it up"
    reason = f", reason {letter.reason}" if letter.reason else ", and no reason is with it"
    problem = f": {letter.problem}" if letter.problem else ""
    return f"{by}{reason}{problem.rstrip('.')}."


def still_waiting(facts: Facts) -> Iterator[Finding]:
    """Say where the event is, when nothing else explains why the certificate waits."""
    certificate = facts.certificate
    if not isinstance(certificate, RegisteredCertificate):
        return
    last = latest_line(facts)
    if last is not None and last.outcome == HELD:
        yield Finding(
            Cause.HELD,
            f"The owner's decision function holds the device back{_why(last)}",
            since=last.at,
            advice="Once it allows the device, let that connect again.",
        )
    elif last is not None and last.outcome == RETRIED:
        yield _denied(last) if _is_denied(facts, last) else _failing(facts, last)
    elif _under_way(facts, certificate):
        queue = known(facts.way.queue)
        yield Finding(
            Cause.UNDER_WAY,
            "The registration is under way: the certificate waits for its turn, and about "
            f"{queue.messages if queue else 0} messages are in the queue.",
            since=certificate.created,
            advice="Wait a moment, and ask again.",
        )
    else:
        yield Finding(
            Cause.NEVER_RETRIED,
            "The certificate waits for its activation, and no event about it is on its way: the event was "
            f"lost, and the device has not connected since.{_last_heard(last)}",
            since=certificate.created,
            advice="Let the device connect again: AWS IoT then announces the certificate anew. Or announce "
            "it in AWS IoT's place.",
            mend=_announced(facts),
        )


def latest_line(facts: Facts) -> LogLine | None:
    """Give the last that the function logged about the certificate."""
    lines = [line for line in known(facts.log) or () if line.certificate_id == facts.certificate_id]
    return lines[-1] if lines else None


def _is_denied(facts: Facts, last: LogLine) -> bool:
    """Tell whether AWS refused a call to the function, where IAM may not be asked about its role."""
    return is_denial(last.reason) and isinstance(facts.way.denials, Unread)


def _denied(last: LogLine) -> Finding:
    return Finding(
        Cause.FUNCTION_NOT_PERMITTED,
        f"AWS refused the registration function a call, reason {last.reason}{_why(last)}",
        since=last.at,
        advice="Give its role back what it lacks; the queue tries again by itself.",
    )


def _last_heard(last: LogLine | None) -> str:
    if last is None:
        return ""
    reason = f", reason {last.reason}" if last.reason else ""
    return f" The last that the registration logged about it: {last.outcome}{reason}{_why(last)}"


def _failing(facts: Facts, last: LogLine) -> Finding:
    return Finding(
        Cause.FAILING,
        f"The registration fails and is tried again and again, reason {last.reason}{_why(last)}",
        since=min((line.at for line in known(facts.log) or () if line.outcome == RETRIED), default=last.at),
        advice="Mend what the reason says; the queue tries again by itself, within a quarter of an hour.",
    )


def _why(line: LogLine) -> str:
    return f": {line.problem.rstrip('.')}." if line.problem else "."


def _under_way(facts: Facts, certificate: RegisteredCertificate) -> bool:
    queue, record = known(facts.way.queue), facts.record
    if isinstance(record, IssuanceRecord) and record.state is State.ACTIVATING:
        return True
    young = certificate.created is not None and facts.now - certificate.created < MOMENT
    return young or (isinstance(queue, Queue) and queue.messages > 0)


def _announced(facts: Facts) -> tuple[str, ...]:
    queue, certificate = known(facts.way.queue), known(facts.certificate)
    if queue is None or certificate is None:
        return ()
    event = {
        "certificateId": certificate.id,
        "caCertificateId": certificate.authority,
        "certificateStatus": "PENDING_ACTIVATION",
        "awsAccountId": facts.place.account,
    }
    commands = Commands(facts.place)
    body = json.dumps(event)
    return (commands.aws("sqs send-message", f"--message-body {shlex.quote(body)}", queue_url=queue.url),)
