"""From an issued certificate to an ACTIVE one, in the order that keeps a device out until all is in place.

The claim and the thing, side by side; then principal, policy and groups, side by side; then ACTIVE; then the
certificates that this one replaces, off. Every step may be repeated, so a run that dies anywhere is completed
by the next delivery of its message.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from records.record import IssuanceRecord
from records.state import TOMBSTONES, State
from records.table import IssuanceRecords
from registration.activation import Activation
from registration.certificates import Certificates
from registration.failures import reason_of
from registration.outcome import Later
from registration.pace import Pace
from registration.refusal import Reason, Refused
from registration.second_certificate import ThingClaims
from registration.side_by_side import Together
from registration.things import differences

if TYPE_CHECKING:
    from mypy_boto3_iot.type_defs import DescribeThingResponseTypeDef

FOR_THE_CALLS = timedelta(seconds=6)
"""What must be left of a run when a turn comes: time for the calls of a registration, one of them slow."""


@dataclass(frozen=True)
class Completion:
    """Completes registrations for one account; keeps nothing from one to the next."""

    records: IssuanceRecords
    claims: ThingClaims
    certificates: Certificates
    activation: Activation
    device_policy: str
    updates: Pace
    together: Together
    now: Callable[[], datetime]

    def complete(self, record: IssuanceRecord, deadline: datetime) -> IssuanceRecord | None:
        """Make a certificate ACTIVE, with its thing and its policy.

        Args:
            record: as it was read; `issued`, or `activating` under a claim that has lapsed.
            deadline: when this run is surely dead.

        Returns:
            The record as it is claimed, for `replace`; None when it was not as it had been read.

        Raises:
            Later: there is no turn for it in this run's time, or its thing is contended.
            Refused: it must stay out.
            Vanished: it is gone.
            botocore's errors: a call failed; the claim is given up where ACTIVE was surely not set.
        """
        self.wait_for_turn(deadline)
        claimed = self._prepared(record, deadline)
        if claimed is None:
            self.updates.give_back()
            return None
        self.activation.activate(claimed, deadline)
        return claimed

    def complete_claimed(self, claimed: IssuanceRecord, deadline: datetime) -> None:
        """Make a certificate ACTIVE that is claimed already, and for which a turn was taken.

        Raises as `complete` does.
        """
        with self._giving_up(claimed.certificate_id, deadline):
            self._attach(claimed, self.certificates.create_thing(claimed))
        self.activation.activate(claimed, deadline)

    def complete_active(self, record: IssuanceRecord, deadline: datetime) -> IssuanceRecord | None:
        """Claim a certificate that an earlier run left ACTIVE, and see that it has its thing and its policy.

        Returns, and raises, as `complete` does; nothing is given up, since it is ACTIVE.
        """
        claimed = self.claims.claim(record, deadline, self.now())
        if claimed is not None:
            self._attach(claimed, self.certificates.create_thing(claimed))
        return claimed

    def replace(self, record: IssuanceRecord, deadline: datetime) -> None:
        """Switch off the certificates that this one, which is ACTIVE, replaces: their records first."""
        for replaced in record.replaces:
            self.records.move(
                replaced,
                to=State.REPLACED,
                expected=set(State) - TOMBSTONES,
                reason=f"by certificate {record.certificate_id}",
            )
            self.wait_for_turn(deadline)
            self.certificates.switch_off(replaced)

    def wait_for_turn(self, deadline: datetime) -> None:
        """Wait until it is this run's turn to make an UpdateCertificate.

        Raises:
            Later: when that would be too late for the calls that follow.
        """
        left = deadline - self.now() - FOR_THE_CALLS
        if not self.updates.wait(left.total_seconds()):
            raise Later("paced", "The quota of UpdateCertificate has no turn left in this run's time.")

    @contextmanager
    def _giving_up(self, certificate_id: str, deadline: datetime) -> Iterator[None]:
        """Give the claim up if something fails before ACTIVE, and the turn if no quota was the reason."""
        try:
            yield
        except Exception as error:
            if isinstance(error, Refused | Later):
                self.updates.give_back()
            self.records.release(certificate_id, deadline, reason_of(error))
            raise

    def _prepared(self, record: IssuanceRecord, deadline: datetime) -> IssuanceRecord | None:
        """Claim a certificate and give it all that it needs to be ACTIVE."""
        claim = partial(self.claims.claim, record, deadline, self.now())
        create = partial(self.certificates.create_thing, record)
        with self._giving_up(record.certificate_id, deadline):
            # Whoever makes a thing for which others wait must have it first.
            claimed, there = self.together(claim, create) if record.only else (claim(), None)
            if claimed is not None:
                self._attach(claimed, there if record.only else create())
        return claimed

    def _attach(self, claimed: IssuanceRecord, there: "DescribeThingResponseTypeDef | None") -> None:
        """Attach thing, policy and groups; `there` is the thing, if it is another one than was asked for."""
        if there is not None and not claimed.provisioning.adopt_existing:
            self._refuse_anothers(claimed, there)
        to, certificate_id = self.certificates, claimed.certificate_id
        self.together(
            partial(to.attach_thing, certificate_id, claimed.thing_name),
            partial(to.attach_policy, certificate_id, self.device_policy),
            *(partial(to.join_group, claimed.thing_name, group) for group in claimed.provisioning.groups),
        )

    def _refuse_anothers(self, claimed: IssuanceRecord, there: "DescribeThingResponseTypeDef") -> None:
        if not self.claims.is_ours(claimed, there):
            raise Refused(
                Reason.THING_DIFFERS,
                f"Thing {claimed.thing_name} is there as another one: {differences(claimed, there)}.",
            )
