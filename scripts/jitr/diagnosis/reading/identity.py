"""Which certificate a question is about: of a thing that has had several, the newest."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from jitr.diagnosis.facts import LogLine, Other, RegisteredCertificate
from jitr.diagnosis.part import Unread, known
from jitr.diagnosis.reading import records, registry
from jitr.diagnosis.reading.reader import Reader
from records.record import IssuanceRecord

MOST = 20
"""Certificates of one thing that are looked at: each costs a call that AWS allows ten times a second."""
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Found:
    """The certificate of a thing, and the others."""

    id: str | None
    others: tuple[Other, ...] | Unread


@dataclass(frozen=True)
class Candidate:
    """One of a thing's certificates."""

    id: str
    certificate: RegisteredCertificate | None
    record: IssuanceRecord | None

    @property
    def age(self) -> datetime:
        """When it came to be: as its record knows, else as AWS IoT does."""
        if self.record is not None:
            return self.record.issued_at
        return (self.certificate.created if self.certificate else None) or BEFORE_ALL

    @property
    def other(self) -> Other:
        """Say it as another certificate of the thing."""
        status = self.certificate.status if self.certificate else None
        return Other(self.id, status, self.record.state.value if self.record else None)


def of_thing(
    reader: Reader,
    name: str,
    table: str | None,
    holder: IssuanceRecord | Unread | None,
    lines: tuple[LogLine, ...],
) -> Found:
    """Find the certificates of a thing: its holder's, those attached to it, and those in the log."""
    attached = reader.attempt("the thing's certificates", lambda: registry.principals(reader, name))
    has_it = known(holder)
    ids = dict.fromkeys(
        [
            *([has_it.certificate_id, *has_it.replaces] if has_it else []),
            *([has_it.former] if has_it and has_it.former else []),
            *(known(attached) or ()),
            *(line.certificate_id for line in lines if line.certificate_id and line.thing_name == name),
        ]
    )
    candidates = _candidates(reader, table, list(ids)[:MOST])
    newest = max(candidates, key=lambda each: each.age, default=None)
    others = tuple(each.other for each in candidates if each is not newest)
    return Found(newest.id if newest else None, attached if isinstance(attached, Unread) else others)


def _candidates(reader: Reader, table: str | None, ids: list[str]) -> list[Candidate]:
    recorded = known(records.several(reader, table, ids)) if table else None
    found = reader.side_by_side({id_: partial(_certificate, reader, id_) for id_ in ids})
    return [
        Candidate(id_, each[0] if isinstance(each, tuple) else None, (recorded or {}).get(id_))
        for id_, each in found.items()
    ]


def _certificate(reader: Reader, id_: str) -> tuple[RegisteredCertificate, str] | Unread | None:
    return reader.attempt("a certificate of the thing", lambda: registry.certificate(reader, id_))
