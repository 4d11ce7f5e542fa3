"""Taking a device back that came for a smoke test: certificate and thing go, the record stays, revoked."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from jitr.aws_errors import explained
from jitr.devices.desk import Desk
from jitr.devices.switching_off import REVOKE, SwitchingOff
from jitr.failure import FailureError

REASON = "by jitr smoke"
LATE = 10.0
"""Seconds in which AWS IoT has written down a certificate whose device was just dropped."""
SPREADING = 60.0
"""Seconds for detaching to be seen; AWS says "several" (DetachThingPrincipal, API reference)."""
PAUSE = 0.2  # seconds
Seen = TypeVar("Seen")


@dataclass
class Leaving:
    """One device on its way out."""

    desk: Desk
    certificate_id: str
    thing_name: str
    own_thing: bool = False
    """Whether its thing is one that was made for it."""
    connected: bool = False
    """Whether it may have shown its certificate to AWS IoT."""

    def revoke(self) -> list[str]:
        """Put the certificate out for good, and say what was done."""
        return SwitchingOff(self.desk, REVOKE, REASON).put_out(self.certificate_id)

    def leave(self) -> list[str]:
        """Take back all that is left, and say what was done.

        Raises:
            FailureError: something is left, which is named.
        """
        try:
            return self._left()
        except (ClientError, BotoCoreError, FailureError) as error:
            said = str(error) if isinstance(error, FailureError) else explained(error)
            raise FailureError(
                f"certificate {self.certificate_id} or thing {self.thing_name} is left ({said}): run "
                f"`jitr device revoke -e {self.desk.target.environment} {self.certificate_id}`, delete both"
            ) from error

    def _left(self) -> list[str]:
        if self.connected:
            _awaited(lambda: self.desk.certificates.find(self.certificate_id), LATE)
        done = self.revoke()
        self._let_registration_end()
        done += self.revoke() if self._came_back() else []
        return [*done, *self._deleted()]

    def _let_registration_end(self) -> None:
        """Wait for a run that may be at work on the certificate; it undoes what it does."""
        record = self.desk.records.find(self.certificate_id)
        while record and record.claimed_until and datetime.now(UTC) < record.claimed_until:
            time.sleep(PAUSE)
            record = self.desk.records.find(self.certificate_id)

    def _came_back(self) -> bool:
        there = self.desk.certificates.find(self.certificate_id)
        return there is not None and bool(there.status != REVOKE.status or self._attached(there.arn))

    def _attached(self, arn: str) -> list[str]:
        return [*self.desk.certificates.things(arn), *self.desk.certificates.policies(arn)]

    def _deleted(self) -> Iterator[str]:
        iot = self.desk.target.iot
        if self.own_thing and self._is_there(lambda: iot.describe_thing(thingName=self.thing_name)):
            self._patiently(f"thing {self.thing_name}", lambda: iot.delete_thing(thingName=self.thing_name))
            yield f"thing {self.thing_name} deleted"
        if self.desk.certificates.find(self.certificate_id) is not None:
            name = f"certificate {self.certificate_id}"
            self._patiently(name, lambda: iot.delete_certificate(certificateId=self.certificate_id))
            yield "certificate deleted"

    def _is_there(self, look: Callable[[], object]) -> bool:
        try:
            look()
        except self.desk.target.iot.exceptions.ResourceNotFoundException:
            return False
        return True

    def _patiently(self, name: str, delete: Callable[[], object]) -> None:
        """Delete what AWS IoT may still hold for attached."""
        errors = self.desk.target.iot.exceptions
        attached = (errors.InvalidRequestException, errors.DeleteConflictException)

        def deleted() -> bool:
            try:
                delete()
            except attached:
                return False
            return True

        if not _awaited(deleted, SPREADING):
            raise FailureError(f"{name} is still attached to something after {SPREADING:.0f} s")


def _awaited(look: Callable[[], Seen | None], patience: float) -> Seen | None:
    until = time.monotonic() + patience
    while not (seen := look()) and time.monotonic() < until:
        time.sleep(PAUSE)
    return seen
