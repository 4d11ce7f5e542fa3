"""An operator at the desk of the account in which devices register: the command's code, moto's AWS."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.exceptions import ClientError

from contract import SecondCertificate
from jitr.devices.aws_certificates import AwsCertificates
from jitr.devices.desk import Desk
from jitr.devices.letting_in import LettingIn
from jitr.devices.switching_off import DEACTIVATE, REVOKE, Out, SwitchingOff
from jitr.environment_authorities import DeployedAuthority
from jitr.target import Target
from jitr_stack.settings import ENVIRONMENTS, load
from records.readmission import Readmissions
from records.state import State
from records.table import IssuanceRecords
from registration.pace import Pace
from tests.unit.jitr.factory import CA
from tests.unit.registration.boundary import REGION, function_clients
from tests.unit.registration.world import TABLE, UNHURRIED, Device, World

if TYPE_CHECKING:
    from mypy_boto3_iot_data import IoTDataPlaneClient
    from mypy_boto3_sqs import SQSClient

IN = ("ACTIVE", State.REGISTERED)
"""How a device stands that is in."""


@dataclass
class Connections:
    """The data plane, which ends connections, unless it answers with an error."""

    ended: list[str] = field(default_factory=list)
    error: str | None = None

    def delete_connection(self, *, clientId: str) -> None:  # noqa: N803  AWS's name
        """End the connection of a client."""
        if self.error is not None:
            raise ClientError({"Error": {"Code": self.error, "Message": "made up"}}, "DeleteConnection")
        self.ended.append(clientId)


@dataclass
class Queue:
    """The registration queue: what was sent waits until the function is run."""

    world: World
    sent: list[str] = field(default_factory=list)

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803  AWS's names
        """Take a message."""
        self.sent.append(MessageBody)

    def deliver(self, _seconds: float = 0) -> None:
        """Run the function with each message that waits."""
        while self.sent:
            self.world.deliver_bodies(self.sent.pop(0))


class Operator:
    """What an operator does; the calls are the world's to record, and to stop."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.connections = Connections()
        self.queue = Queue(world)

    def desk(self) -> Desk:
        """The code under test, over clients whose calls the world sees."""
        made = function_clients()
        settings = load("local", ENVIRONMENTS).model_copy(update={"second_certificate": self.world.rule})
        return Desk(
            Target(settings, boto3.Session("none", "none", region_name=REGION)),
            AwsCertificates(made.iot, cast("IoTDataPlaneClient", self.connections), Pace(UNHURRIED)),
            IssuanceRecords(made.dynamodb, TABLE),
            Readmissions(made.dynamodb, TABLE),
            cast("SQSClient", self.queue),
            "https://queue.example",
        )

    def put_out(self, device: Device, out: Out = REVOKE) -> list[str]:
        """Revoke or deactivate a device."""
        return SwitchingOff(self.desk(), out, "by a test").put_out(device.certificate_id)

    def revoke(self, device: Device) -> list[str]:
        """Revoke a device."""
        return self.put_out(device, REVOKE)

    def deactivate(self, device: Device) -> list[str]:
        """Deactivate a device."""
        return self.put_out(device, DEACTIVATE)

    def letting_in(self, *, patience: float = 60) -> LettingIn:
        """What lets devices in; while it waits, the function runs."""
        return LettingIn(
            self.desk(), "by a test", timedelta(seconds=patience), self.queue.deliver, self.world.clock
        )

    def activate(self, device: Device) -> list[str]:
        """Let a device in again."""
        return self.letting_in().activate(device.certificate_id)

    def replace(self, device: Device) -> list[str]:
        """Give a device's thing this certificate."""
        return self.letting_in().replace(device.thing_name, device.certificate_id)

    def obey(self, rule: SecondCertificate) -> None:
        """Let the environment have another rule for a second certificate."""
        self.world.rule = rule


class Known(DeployedAuthority):
    """An authority of which only the id matters."""

    def __init__(self, name: str, id_: str) -> None:
        super().__init__(name, CA)
        object.__setattr__(self, "_id", id_)

    @property
    def id(self) -> str:
        """Its certificate id."""
        return cast("str", self._id)  # type: ignore[attr-defined]  # set above


def outside(world: World, device: Device) -> dict[str, Any]:
    """How a device stands: its status, its record, and what its certificate has."""
    return {
        "status": world.status(device),
        "record": world.record(device).state,
        "policies": world.policies(device),
        "things": world.things(device),
    }


def standing(world: World, device: Device) -> tuple[str, State]:
    """Status at AWS IoT, and the record's state."""
    return world.status(device), world.record(device).state


def replaced_pair(world: World) -> tuple[Device, Device]:
    """A certificate that was replaced, and the one that has its thing now."""
    first = world.registered_device()
    world.now += timedelta(days=1)
    second = world.issued_device(serial="2f")
    world.deliver(second)
    return first, second
