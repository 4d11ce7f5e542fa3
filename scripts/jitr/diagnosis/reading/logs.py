"""What was logged about a certificate: by the registration function, and by AWS IoT itself where it logs."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from jitr.diagnosis.facts import LogLine, Refusal
from jitr.diagnosis.reading.reader import Reader, missing_is_none

AWS_IOT_LOG = "AWSIotLogsV2"
"""AWS IoT's own log group (developer guide, "Monitor AWS IoT using CloudWatch Logs")."""
PAGES = 20
"""Pages at most: a page without a match still costs time, where a log is long."""


def registration_lines(reader: Reader, group: str, pattern: str, since: datetime) -> tuple[LogLine, ...]:
    """Read what the registration function said about a certificate or a thing, oldest first."""
    return tuple(filter(None, map(_line, _documents(reader, group, pattern, since))))


def refusals(reader: Reader, certificate_id: str, since: datetime) -> tuple[Refusal, ...]:
    """Read connections that AWS IoT refused since the last that it accepted, oldest first."""
    found: list[Refusal] = []
    for at, fields in _documents(reader, AWS_IOT_LOG, certificate_id, since):
        if fields.get("eventType") != "Connect" or fields.get("principalId") != certificate_id:
            continue
        if fields.get("status") == "Failure":
            found.append(Refusal(at, fields.get("clientId"), str(fields.get("reason", "without a reason"))))
        else:
            found.clear()
    return tuple(found)


def _line(document: tuple[datetime, Mapping[str, Any]]) -> LogLine | None:
    at, fields = document
    if fields.get("Operation") != "registration" or "Outcome" not in fields:
        return None
    return LogLine(
        at,
        str(fields["Outcome"]),
        reason=fields.get("Reason"),
        problem=fields.get("problem"),
        certificate_id=fields.get("certificate_id"),
        thing_name=fields.get("thing_name"),
    )


def _documents(
    reader: Reader, group: str, pattern: str, since: datetime
) -> Iterator[tuple[datetime, Mapping[str, Any]]]:
    """Read the JSON lines of a group that hold a text; none where there is no such group."""
    pages = reader.logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, filterPattern=f'"{pattern}"', startTime=int(since.timestamp() * 1000)
    )
    events = missing_is_none(
        lambda: [event for page, _ in zip(pages, range(PAGES), strict=False) for event in page["events"]]
    )
    for event in events or ():
        try:
            fields = json.loads(event["message"])
        except (ValueError, RecursionError):
            continue
        if isinstance(fields, dict):
            yield datetime.fromtimestamp(event["timestamp"] / 1000, UTC), fields
