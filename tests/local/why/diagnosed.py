"""An environment whose devices are kept out in every way there is, and the command that says why."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from aws_line import run
from cryptography.hazmat.primitives.asymmetric import ec
from fleet import Fleet, Identity, awaited
from typer.testing import Result

from contract import Output, stack_name
from jitr.failure import FailureError

Jitr = Callable[..., Result]
ENVIRONMENT = "diagnosed"
OPEN = {"newStatus": "ACTIVE", "newAutoRegistrationStatus": "ENABLE"}
"""What lets an authority's devices in."""


@dataclass(frozen=True)
class Answer:
    """What the command said, and its exit code."""

    exit_code: int
    said: dict[str, Any]

    @property
    def causes(self) -> list[str]:
        """The codes of all findings, in order."""
        return [finding["cause"] for finding in self.said["findings"]]

    @property
    def first(self) -> dict[str, Any]:
        """The finding to mend first."""
        return self.said["findings"][0]


@dataclass(frozen=True)
class Diagnosed:
    """The environment, and the command run on it."""

    fleet: Fleet
    jitr: Jitr

    def client(self, service: str) -> Any:
        """A client of the administrator's."""
        return self.fleet.client(service)

    def why(self, about: Identity | str, *options: str) -> Answer:
        """Ask about a certificate, by its id, or about a name or a file."""
        subject = about if isinstance(about, str) else about.id
        done = self.jitr("why", subject, "-e", ENVIRONMENT, "--json", *options)
        assert done.stdout, done.stderr
        return Answer(done.exit_code, json.loads(done.stdout))

    def mend(self, answer: Answer) -> None:
        """Run the commands of the first finding, as they stand there."""
        assert answer.first["mend"], answer.first
        for line in answer.first["mend"]:
            run(self.fleet.session, line)

    def pending(self, name: str) -> Identity:
        """A device that AWS IoT has announced, and whose event got lost."""
        device = self.fleet.device(name)
        with self.consumer_stopped():
            assert device.connect() is None
            queue = self.fleet.outputs[Output.REGISTRATION_QUEUE]
            awaited(lambda: self.messages(queue))
            self.client("sqs").purge_queue(QueueUrl=queue)
            awaited(lambda: not self.messages(queue))
        assert self.fleet.status(device) == "PENDING_ACTIVATION"
        return device

    def messages(self, queue: str) -> int:
        """How many messages wait in a queue."""
        name = "ApproximateNumberOfMessages"
        answer = self.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def comes_in(self, device: Identity) -> None:
        """Let a device connect until it is online; nothing stands in its way then."""
        assert device.connect() is None
        self.fleet.await_status(device, "ACTIVE")
        connection = device.connect()
        assert connection is not None
        connection.close()
        assert self.why(device).said["answer"] == "nothing"

    @cached_property
    def authority(self) -> str:
        """Certificate id of the environment's authority."""
        return self.fleet.outputs[Output.ISSUING_AUTHORITY]

    @cached_property
    def rule(self) -> str:
        """Name of the topic rule."""
        return self._resource("AWS::IoT::TopicRule", "Authorityfleet")

    @cached_property
    def mapping(self) -> str:
        """Id of the event source mapping."""
        return self._resource("AWS::Lambda::EventSourceMapping")

    @cached_property
    def role(self) -> str:
        """Name of the registration function's role."""
        function = self.fleet.outputs[Output.REGISTRATION_FUNCTION]
        arn = self.client("lambda").get_function_configuration(FunctionName=function)["Role"]
        return arn.rpartition("/")[2]

    def _resource(self, kind: str, part: str = "") -> str:
        pages = self.client("cloudformation").get_paginator("list_stack_resources")
        (name,) = [
            each["PhysicalResourceId"]
            for page in pages.paginate(StackName=stack_name(ENVIRONMENT))
            for each in page["StackResourceSummaries"]
            if each["ResourceType"] == kind and part in each["LogicalResourceId"]
        ]
        return name

    def arn(self, resource: str) -> str:
        """An ARN of AWS IoT."""
        return f"arn:aws:iot:us-east-1:000000000000:{resource}"

    def update_authority(self, **changes: Any) -> None:
        """Change the authority's registration."""
        self.client("iot").update_ca_certificate(certificateId=self.authority, **changes)

    @contextmanager
    def authority_changed(self, undo: dict[str, Any], **changes: Any) -> Iterator[None]:
        """Change the authority's registration for a while."""
        self.update_authority(**changes)
        try:
            yield
        finally:
            self.update_authority(**undo)

    @contextmanager
    def consumer_stopped(self) -> Iterator[None]:
        """Leave messages in the queue for a while."""
        self.switch_consumer(on=False)
        try:
            yield
        finally:
            self.switch_consumer(on=True)

    def switch_consumer(self, *, on: bool) -> None:
        """Switch the event source mapping."""
        functions = self.client("lambda")
        functions.update_event_source_mapping(UUID=self.mapping, Enabled=on)
        state = "Enabled" if on else "Disabled"
        awaited(lambda: functions.get_event_source_mapping(UUID=self.mapping)["State"] == state)

    @contextmanager
    def denied(self, role: str, action: str) -> Iterator[None]:
        """Forbid an action to a role for a while."""
        statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.client("iam").put_role_policy(RoleName=role, PolicyName="denied", PolicyDocument=document)
        try:
            yield
        finally:
            self.client("iam").delete_role_policy(RoleName=role, PolicyName="denied")

    @contextmanager
    def policies_changed(self, role: str, change: Callable[[str], str]) -> Iterator[None]:
        """Rewrite a role's inline policies for a while."""
        iam = self.client("iam")
        before = {
            name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
        }
        for name, document in before.items():
            text = change(json.dumps(document))
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=text)
        try:
            yield
        finally:
            for name, document in before.items():
                iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))

    def as_client(self, device: Identity, client_id: str) -> Identity:
        """The same device, with another client id."""
        return replace(device, device=replace(device.device, thing_name=client_id))


def kept_out(device: Identity) -> bool:
    """Whether the device cannot connect, be it that TLS or MQTT refuses it."""
    try:
        return device.connect() is None
    except FailureError:
        return True


def file_of(device: Identity) -> str:
    """The device's certificate file."""
    return str(device.device.certificate)


def without_thing(site: Diagnosed, device: Identity, name: str) -> None:
    """Detach a certificate from its thing."""
    site.client("iot").detach_thing_principal(thingName=name, principal=site.arn(f"cert/{device.id}"))


def key() -> ec.EllipticCurvePrivateKey:
    """A device's key."""
    return ec.generate_private_key(ec.SECP256R1())
