"""A device that comes for a smoke test only: signed by the deployed authority, gone again at the end."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from jitr import endpoints
from jitr.devices.desk import Desk
from jitr.endpoints import Endpoint
from jitr.failure import FailureError
from jitr.interruption import postponed, uninterrupted
from jitr.signing import by_deployed_authority
from jitr.smoke.leaving import Leaving
from jitr.trial.key import SoftwareKey, make_csr
from jitr.trial.mqtt import Device
from jitr.trial.timeline import Timeline
from jitr_stack.smoke_access import SMOKE_PREFIX


@dataclass
class Visitor:
    """The device, and what was taken away again when it left."""

    device: Device
    leaving: Leaving
    taken_back: list[str] = field(default_factory=list)
    going: bool = False

    @property
    def certificate_id(self) -> str:
        """Of its certificate."""
        return self.leaving.certificate_id

    def go(self) -> None:
        """Take the device back, unless that was begun before.

        Raises:
            FailureError: something is left, which is named.
        """
        if not self.going:
            self.going = True
            self.taken_back.extend(self.leaving.leave())


@contextmanager
def visitor(desk: Desk, timeline: Timeline) -> Iterator[Visitor]:
    """Make a device, and leave nothing of it behind, whatever happens; its record stays, revoked.

    Raises:
        FailureError: the request was refused, a thing of this name is there, or something could not be
            taken back.
    """
    with tempfile.TemporaryDirectory(prefix=SMOKE_PREFIX) as scratch, ExitStack() as afterwards:
        place = endpoints.find(desk.target)
        made = _made(desk, place, Path(scratch), timeline, afterwards)
        refuse_what_is_there(desk, made.device.thing_name)
        made.leaving.own_thing = True
        yield made


def _made(desk: Desk, place: Endpoint, folder: Path, timeline: Timeline, afterwards: ExitStack) -> Visitor:
    """Have it signed; whatever fails from then on, a line that nobody reads, too, it is taken back."""
    key, csr, crt = SoftwareKey(folder), folder / "device.csr", folder / "device.crt"
    with timeline.step("certificate", "having a certificate signed by the deployed authority") as step:
        make_csr(key, f"{SMOKE_PREFIX}{secrets.token_hex(6)}", csr)
        with postponed():  # once it is signed, it is known who takes it back
            signed = by_deployed_authority(csr, desk.target.environment)
            over_https = desk.target.settings.provisioning.thing_is_named_as_its_certificate
            device = Device(signed.thing_name, key, crt, place, over_https)
            made = Visitor(device, Leaving(desk, signed.certificate_id, signed.thing_name))
            afterwards.callback(_taken_back, made, timeline)
        crt.write_text(signed.certificate)
        step.outcome = f"{signed.certificate_id[:12]}… signed by the deployed authority"
    return made


def _taken_back(made: Visitor, timeline: Timeline) -> None:
    with uninterrupted(), ExitStack() as anyway:
        anyway.callback(made.go)  # also where the terminal is closed, and showing the step ends the program
        with timeline.step("gone again", "taking the device back") as step:
            made.go()
            step.outcome = "; ".join(made.taken_back) or "nothing was left"


def refuse_what_is_there(desk: Desk, thing_name: str) -> None:
    """Touch no thing that was there before: a template may name one that the CSR does not choose.

    Raises:
        FailureError: there is such a thing.
    """
    iot = desk.target.iot
    try:
        iot.describe_thing(thingName=thing_name)
    except iot.exceptions.ResourceNotFoundException:
        return
    raise FailureError(
        f"thing {thing_name} is there already, and a smoke test touches none that it did not make: let "
        "provisioning.thing_name hold ${subject.common_name}"
    )
