"""An account in which devices connect for the first time: AWS is moto's, everything else is the real code."""

import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast

from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends

from contract import SecondCertificate
from records.claims import Claims
from records.provisioning import Provisioning
from records.record import IssuanceRecord
from records.state import State
from records.table import IssuanceRecords
from registration.activation import Activation
from registration.adoption import Adoption
from registration.again import RegistrationQueue
from registration.announcements import Announcements
from registration.batch import Batch, Desk
from registration.certificates import Certificates
from registration.completion import Completion
from registration.dead_letters import DeadLetters
from registration.message import Message
from registration.owner import Owner
from registration.pace import Pace, Paces
from registration.register import Registrar
from registration.second_certificate import ThingClaims
from registration.settings import Settings
from registration.side_by_side import one_after_another
from tests.unit.records.issuance_table import make_table
from tests.unit.registration.boundary import (
    AUTHORITY,
    DEAD_LETTERS,
    QUEUE,
    REGION,
    Function,
    Queues,
    at_work,
    clients,
    function_clients,
)

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

ACCOUNT = "123456789012"
UNHURRIED = 1e9
"""Registrations a second: nobody waits for a turn."""
OTHER_AUTHORITY = "b" * 64
POLICY = "device"
TABLE = "issuance-records"
RUN_TIME = timedelta(seconds=30)
"""How long one run of the function may take."""
LATER = timedelta(minutes=5)
"""After which the queue hands out a message again; every earlier run is dead by then."""


@dataclass(frozen=True)
class Device:
    """A device whose certificate waits, as its first connection left it."""

    certificate_id: str
    thing_name: str
    ca_certificate_id: str = AUTHORITY

    @property
    def event(self) -> dict[str, Any]:
        """What AWS IoT publishes about it."""
        return {
            "certificateId": self.certificate_id,
            "caCertificateId": self.ca_certificate_id,
            "timestamp": 1_700_000_000_000,
            "certificateStatus": "PENDING_ACTIVATION",
            "awsAccountId": ACCOUNT,
            "certificateRegistrationTimestamp": None,
        }


class World:
    """One account, one registration function."""

    settings = Settings(
        environment="test",
        account=ACCOUNT,
        authorities=frozenset({AUTHORITY}),
        device_policy=POLICY,
        records_table=TABLE,
        second_certificate=SecondCertificate.REPLACE,
        queue=QUEUE,
        queue_retention=timedelta(days=4),
        dead_letter_queue=DEAD_LETTERS,
        registrations_per_second=UNHURRIED,
        refusals_per_second=UNHURRIED,
    )

    def __init__(self) -> None:
        self.function = Function()
        self.queues = Queues()
        self._runs = itertools.count()
        self.rule = SecondCertificate.REPLACE
        self.paces = Paces(Pace(UNHURRIED), Pace(UNHURRIED))
        self.owner: Owner | None = None
        self.adoption: Adoption | None = None
        self.announcements: Announcements | None = None
        self.now = datetime(2030, 1, 1, tzinfo=UTC)
        self.slept: list[float] = []
        self.records = IssuanceRecords(clients().dynamodb, TABLE)
        at_work.append(self.function)
        make_table(clients().dynamodb, TABLE)
        clients().iot.create_policy(policyName=POLICY, policyDocument="{}")

    def registrar(self) -> Registrar:
        """The code under test, over the function's clients and the world's clock."""
        made = function_clients()
        records, certificates = (
            IssuanceRecords(made.dynamodb, TABLE),
            Certificates(made.iot, made.iot, ACCOUNT),
        )
        completion = Completion(
            records,
            ThingClaims(records, Claims(made.dynamodb, TABLE), self.rule),
            certificates,
            Activation(records, certificates, self.clock, self.slept.append),
            POLICY,
            self.paces.updates,
            one_after_another,
            self.clock,
        )
        return Registrar(records, certificates, completion, self.paces, self.owner, self.adoption, self.clock)

    def clock(self) -> datetime:
        """The function's clock."""
        return self.now

    def desk(self) -> Desk:
        """What the function handles a batch with."""
        registrar, queues = self.registrar(), cast("SQSClient", self.queues)
        return Desk(
            self.settings,
            registrar.records,
            registrar,
            RegistrationQueue(queues, QUEUE, self.settings.queue_retention),
            DeadLetters(queues, DEAD_LETTERS),
            self.announcements,
            in_order,
        )

    def unissued_device(self, thing_name: str = "stranger") -> Device:
        """A device whose certificate was signed behind the authority's back."""
        certificate = clients().iot.register_certificate_without_ca(
            certificatePem=f"-----BEGIN CERTIFICATE-----\n{thing_name}\n-----END CERTIFICATE-----\n",
            status="PENDING_ACTIVATION",
        )
        return Device(certificate["certificateId"], thing_name)

    def issued_device(
        self, thing_name: str = "pump-1", issuer: str = AUTHORITY, *, serial: str = "1f", **settled: Any
    ) -> Device:
        """A device whose certificate the authority signed; another serial makes it another certificate."""
        device = self.unissued_device(f"{thing_name} {serial}")
        self.records.add(
            IssuanceRecord(
                certificate_id=device.certificate_id,
                thing_name=thing_name,
                subject=f"CN={thing_name}",
                serial=serial,
                public_key_hash="c" * 64,
                issuer=issuer,
                issued_at=self.now,
                not_before=self.now,
                not_after=self.now + timedelta(days=365),
                certificate="-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
                request_digest=sha256(f"{thing_name} {serial}".encode()).hexdigest(),
                provisioning=Provisioning(**settled),
            )
        )
        return replace(device, thing_name=thing_name)

    def registered_device(self, thing_name: str = "pump-1") -> Device:
        """A device that is online."""
        device = self.issued_device(thing_name)
        self.deliver(device)
        return device

    def deliver(self, *devices: Device, receive_count: int = 1) -> list[str]:
        """Run the function with a message for each device; give the message ids that must come again."""
        return self.deliver_bodies(
            *(json.dumps(device.event) for device in devices), receive_count=receive_count
        )

    def deliver_bodies(self, *bodies: str, receive_count: int = 1) -> list[str]:
        """Run the function with messages `message-0`, `message-1` …; give those that must come again."""
        messages = [
            Message(f"message-{number}", body, receive_count, f"handle-{number}", self.now)
            for number, body in enumerate(bodies)
        ]
        return self.handle(messages)

    @staticmethod
    def body(device: Device) -> str:
        """The body of the message about a device."""
        return json.dumps(device.event)

    def handle(self, messages: list[Message]) -> list[str]:
        """Run the function with messages; give the ids of those that must come again."""
        # No two runs end in the same microsecond: their claims are told apart by that.
        deadline = self.now + RUN_TIME + timedelta(microseconds=next(self._runs))
        return Batch(self.desk(), deadline).handle(messages)

    def redeliver(self, device: Device) -> list[str]:
        """Hand the device's message out again, when the run that had it is surely dead."""
        self.now += LATER
        return self.deliver(device, receive_count=2)

    @staticmethod
    def forget_records() -> None:
        """Empty the table between two trials: moto copies all of it for each transaction."""
        dynamodb_backends[ACCOUNT][REGION].get_table(TABLE).items.clear()

    def deactivate(self, device: Device) -> None:
        """An operator switches a device off, as the project does it: the record first, then AWS IoT."""
        self.records.move(
            device.certificate_id,
            to=State.DEACTIVATED,
            expected={State.ISSUED, State.ACTIVATING, State.REGISTERED},
        )
        self.switch_by_hand(device, "INACTIVE")

    def switch_by_hand(self, device: Device, status: Any) -> None:
        """An operator changes the certificate in AWS's console, past the records."""
        clients().iot.update_certificate(certificateId=device.certificate_id, newStatus=status)

    def status(self, device: Device) -> str:
        """The certificate's status in AWS IoT."""
        certificate = clients().iot.describe_certificate(certificateId=device.certificate_id)
        return str(certificate["certificateDescription"]["status"])

    def record(self, device: Device) -> IssuanceRecord:
        """The device's issuance record."""
        record = self.records.find(device.certificate_id)
        assert record is not None
        return record

    def things(self, device: Device) -> list[str]:
        """The things that the device's certificate is attached to."""
        return clients().iot.list_principal_things(principal=arn(device))["things"]

    def policies(self, device: Device) -> list[str]:
        """The policies that the device's certificate has."""
        attached = clients().iot.list_attached_policies(target=arn(device))["policies"]
        return [policy["policyName"] for policy in attached]


def in_order(work: Callable[[Any], None], several: Iterable[Any], /) -> None:
    """Handle the messages of a batch one after the other."""
    for each in several:
        work(each)


def arn(device: Device) -> str:
    """The ARN of a device's certificate."""
    return f"arn:aws:iot:{REGION}:{ACCOUNT}:cert/{device.certificate_id}"


@contextmanager
def new_world() -> Iterator[World]:
    """Give an empty account for a while."""
    with mock_aws():
        made = World()
        try:
            yield made
        finally:
            at_work.pop()


def calls_of_a_registration() -> list[str]:
    """The calls of a registration that nothing befalls, as they are made."""
    with new_world() as world:
        world.deliver(world.issued_device())
        return world.function.operations
