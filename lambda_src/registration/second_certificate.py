"""The claim on a certificate and its thing, by the environment's rule for a thing that has one already.

`refuse`: the first keeps the thing until it is switched off or expires. `replace`: the one that was issued
later gets it, and the others are switched off once it is ACTIVE. `keep_both`: both are let in. Whatever the
rule, a certificate replaces the one that an operator named (`jitr device replace`).
"""

from datetime import datetime
from typing import TYPE_CHECKING

from contract import SecondCertificate
from records.claims import Answer, Claims, claimed
from records.reading import RecordReader
from records.record import IssuanceRecord
from records.state import IN_USE, State
from registration.decisions import CLOCK_SKEW
from registration.outcome import Later
from registration.refusal import Reason, Refused
from registration.things import differences

if TYPE_CHECKING:
    from mypy_boto3_iot.type_defs import DescribeThingResponseTypeDef

TRIES = 3
"""How often a thing is looked at whose holder changes between look and claim."""

FORMERS = 5
"""How many certificates back it is looked whether a thing was made here."""


class ThingClaims:
    """Claims by one environment's rule."""

    def __init__(self, records: RecordReader, claims: Claims, rule: SecondCertificate) -> None:
        self._records = records
        self._claims = claims
        self._rule = rule

    def claim_unread(
        self, certificate_id: str, issuer: str, until: datetime
    ) -> tuple[bool, IssuanceRecord | None]:
        """Claim a certificate without having read its record, if it is the only one of its thing.

        Returns:
            Whether it is claimed; and the record as it is now, None if there is none.
        """
        answer, record = self._claims.claim_unread(certificate_id, issuer, until)
        return answer is Answer.GRANTED, record

    def claim(self, record: IssuanceRecord, until: datetime, now: datetime) -> IssuanceRecord | None:
        """Claim a certificate and its thing.

        Args:
            record: as it was read; `issued` or `activating`.
            until: when the caller is surely dead.
            now: to know what has expired.

        Returns:
            The record as it is claimed; None when it is not as it was read.

        Raises:
            Refused: when the thing's other certificate keeps it.
            Later: when the thing's other certificate is being activated just now.
        """
        holder: IssuanceRecord | None = None
        replaces: tuple[str, ...] = ()
        answer = self._claims.claim(record, until)
        for _ in range(TRIES):
            if answer is not Answer.THING_HELD:
                break
            holder = self._records.holder(record.thing_name)
            if holder is not None and holder.certificate_id == record.certificate_id:
                return None  # another run of the same certificate was quicker
            replaces = self._replaced(record, holder, now) if holder is not None else ()
            answer = self._claims.claim(record, until, holder=holder, replaces=replaces)
        if answer is Answer.THING_HELD:
            raise Later("thing_contended", f"The certificate of thing {record.thing_name} keeps changing.")
        return claimed(record, until, holder, replaces) if answer is Answer.GRANTED else None

    def is_ours(self, record: IssuanceRecord, there: "DescribeThingResponseTypeDef") -> bool:
        """Tell whether a thing that is there as another one than a record asks for was made here after all.

        It was if this certificate, or one that had it before, was registered with it, or asked for it as it
        is.

        Args:
            record: as it is claimed.
            there: the thing, as AWS IoT describes it.
        """
        if record.registered_at is not None:
            return True  # it was out, and an operator let it come again
        former = record.former
        for _ in range(FORMERS):
            before = self._records.find(former) if former is not None else None
            if before is None:
                return False
            if before.registered_at is not None or differences(before, there) is None:
                return True
            former = before.former
        return False

    def _replaced(self, record: IssuanceRecord, holder: IssuanceRecord, now: datetime) -> tuple[str, ...]:
        """Give the certificates that this one replaces, if it may have the thing at all."""
        named = record.supersedes == holder.certificate_id
        rule = SecondCertificate.REPLACE if named else self._rule
        if rule is SecondCertificate.KEEP_BOTH or now >= holder.not_after:
            return ()
        newer = holder.issued_at > record.issued_at and not named
        keeps = rule is SecondCertificate.REFUSE or newer
        if holder.state is State.ACTIVATING:
            self._wait_for(holder, now, to_its_end=keeps)
        if holder.state is State.REGISTERED and keeps:
            raise Refused(
                Reason.SECOND_CERTIFICATE,
                f"Thing {record.thing_name} has {'the newer ' if newer else ''}certificate "
                f"{holder.certificate_id}.",
            )
        if rule is SecondCertificate.REFUSE:
            return ()
        in_use = holder.state in IN_USE
        replaced = dict.fromkeys(
            # What a holder whose registration did not end was to replace may still be ACTIVE.
            (*record.replaces, *holder.replaces, *([holder.certificate_id] if in_use else []))
        )
        return tuple(each for each in replaced if each != record.certificate_id)

    @staticmethod
    def _wait_for(holder: IssuanceRecord, now: datetime, *, to_its_end: bool) -> None:
        """Let a holder's own run come to its end; one that died may have set it ACTIVE.

        Where the holder would keep the thing it must be known whether it is ACTIVE, so its next delivery is
        waited for; where the newcomer gets the thing, a lapsed claim is enough.
        """
        until = (holder.claimed_until or now) + CLOCK_SKEW
        if now <= until or to_its_end:
            raise Later(
                "thing_contended",
                f"Certificate {holder.certificate_id} is being activated for thing {holder.thing_name}.",
                not_before=until if now <= until else None,
            )
