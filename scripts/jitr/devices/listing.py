"""The devices of an environment by their issuance records, page by page."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from contract import CERTIFICATE_ID, RECORD_KEY
from jitr.devices.desk import Desk
from jitr.devices.recorded import recorded
from jitr.environment_authorities import deployed_authorities
from jitr.failure import BadUseError, FailureError
from records.record import InvalidRecord, IssuanceRecord
from records.state import State

if TYPE_CHECKING:
    from records.record import Item

WAITING = frozenset({"PENDING_ACTIVATION", None})
"""Statuses of a certificate whose device nobody let in: it waits, or AWS IoT has not seen it."""
AGREEING: Mapping[State, frozenset[str | None]] = MappingProxyType(
    {
        State.ISSUED: WAITING | {"INACTIVE"},
        State.REGISTERED: frozenset({"ACTIVE"}),
        State.DEACTIVATED: WAITING | {"INACTIVE"},
        State.REVOKED: WAITING | {"REVOKED"},
        State.REPLACED: WAITING | {"INACTIVE"},
        State.REFUSED: WAITING | {"INACTIVE"},
    }
)
"""What AWS IoT may have of a certificate by its record's state; `activating` is on its way to either."""


@dataclass(frozen=True)
class Listed:
    """One certificate of the list.

    `record` is None where it cannot be read. `status` is AWS IoT's, where it was asked; None where AWS IoT
    does not know the certificate.
    """

    certificate_id: str
    authority: str
    record: IssuanceRecord | None
    asked: bool = False
    status: str | None = None

    @property
    def differs(self) -> bool:
        """Whether AWS IoT has another status than the record says: somebody switched or deleted it there."""
        if not self.asked or self.record is None or self.record.state not in AGREEING:
            return False
        return self.status not in AGREEING[self.record.state]

    def fields(self) -> dict[str, object]:
        """Give it by name; times are ISO 8601."""
        record = self.record
        fields: dict[str, object] = {
            "certificate_id": self.certificate_id,
            "thing_name": record.thing_name if record else None,
            "state": record.state.value if record else "unreadable",
            "reason": record.reason if record else None,
            "authority": self.authority,
            "issued_at": record.issued_at.isoformat() if record else None,
            "registered_at": _iso(record.registered_at if record else None),
            "not_after": record.not_after.isoformat() if record else None,
        }
        return fields | ({"aws_status": self.status, "differs": self.differs} if self.asked else {})


def _iso(time: Any) -> str | None:  # noqa: ANN401  a time or None
    return time.isoformat() if time is not None else None


@dataclass(frozen=True)
class Wanted:
    """Which devices: `thing` is a name or a pattern (`*`, `?`), `authority` a name or a certificate id."""

    thing: str | None = None
    state: State | None = None
    authority: str | None = None
    with_aws: bool = False


@dataclass
class Listing:
    """A walk through the records; `next` says where it can be taken up again, None at its end."""

    desk: Desk
    wanted: Wanted
    next: str | None = None
    _statuses: dict[str, dict[str, str]] = field(default_factory=dict)

    def devices(self, limit: int | None) -> Iterator[Listed]:
        """Give up to `limit` devices from `next` on; None for all.

        It holds a thousand keys and a hundred records at a time, however many there are.

        Raises:
            BadUseError: the token, or the authority, is none.
        """
        authorities = self._authorities()
        first, after = _position(self.next, list(authorities))
        left = limit
        for authority in list(authorities)[first:]:
            for item, place in recorded(self.desk.records, authority, self.wanted.state, after=after):
                self.next = _token(authority, place)
                listed = self._listed(item, authority, authorities[authority])
                if listed is None:
                    continue
                yield listed
                left = None if left is None else left - 1
                if left == 0:
                    return
            after = None
        self.next = None

    def _listed(self, item: "Item", authority: str, name: str) -> Listed | None:
        certificate_id = item[RECORD_KEY]["S"]
        pattern = self.wanted.thing
        if pattern is not None and not fnmatchcase(item.get("thing_name", {}).get("S", ""), pattern):
            return None
        try:
            record: IssuanceRecord | None = IssuanceRecord.from_item(item)
        except InvalidRecord:
            record = None
        if not self.wanted.with_aws:
            return Listed(certificate_id, name, record)
        return Listed(
            certificate_id, name, record, asked=True, status=self._of_aws(authority).get(certificate_id)
        )

    def _of_aws(self, authority: str) -> dict[str, str]:
        """Give the status of every certificate of an authority: one call for 250 of them."""
        if authority not in self._statuses:
            pages: Any = self.desk.certificates.iot.get_paginator("list_certificates_by_ca").paginate(
                caCertificateId=authority, PaginationConfig={"PageSize": 250}
            )
            listed = (each for page in pages for each in page["certificates"])
            self._statuses = {authority: {each["certificateId"]: each["status"] for each in listed}}
        return self._statuses[authority]

    def _authorities(self) -> dict[str, str]:
        """Give the names of the wanted authorities by their certificate ids."""
        known = {each.id: each.name for each in deployed_authorities(self.desk.target).values()}
        asked = self.wanted.authority
        if asked is None:
            if not known:
                raise FailureError(f"environment {self.desk.target.environment} has no deployed authority")
            return known
        found = {id_: name for id_, name in known.items() if asked in {id_, name}}
        if not found and CERTIFICATE_ID.fullmatch(asked):
            return {asked: asked}
        if not found:
            raise BadUseError(f"--ca {asked}: is none of {', '.join(sorted(known.values()))}")
        return found


def _token(authority: str, place: "Item") -> str:
    key = [authority, place["state"]["S"], place[RECORD_KEY]["S"]]
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _position(token: str | None, authorities: list[str]) -> "tuple[int, Item | None]":
    """Give the place of the authority in the list, and the key in the index, at which a token stands."""
    if token is None:
        return 0, None
    try:
        authority, state, certificate_id = json.loads(base64.urlsafe_b64decode(token.encode()))
        key: Item = {
            RECORD_KEY: {"S": str(certificate_id)},
            "issuer": {"S": str(authority)},
            "state": {"S": str(state)},
        }
        return authorities.index(authority), key
    except (ValueError, TypeError):
        raise BadUseError("--next: is no token that this list, with these filters, gave") from None
