"""A deployed environment as its devices and its operator see it."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import boto3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from contract import Output, certificate_parameter, stack_name
from jitr.endpoints import of_local
from jitr.local import LocalAws
from jitr.trial.key import SoftwareKey
from jitr.trial.mqtt import Connection, Device
from pki.identity import certificate_id
from records.record import IssuanceRecord
from records.table import IssuanceRecords

Seen = TypeVar("Seen")
PATIENCE = 60.0  # seconds; what is awaited takes milliseconds on a machine that is not busy


def awaited(look: Callable[[], Seen | None]) -> Seen:
    """Look until there is something to see."""
    until = time.monotonic() + PATIENCE
    while not (seen := look()):
        assert time.monotonic() < until, f"never seen within {PATIENCE:.0f} s: {look}"
        time.sleep(0.02)
    return seen


Cdk = Callable[..., str]
"""The CDK CLI against a local AWS; gives what it prints."""


@dataclass(frozen=True)
class Identity:
    """A device's key and certificate, and the connection they make."""

    device: Device
    certificate: x509.Certificate

    @property
    def id(self) -> str:
        """The certificate's id."""
        return certificate_id(self.certificate)

    def connect(self) -> Connection | None:
        """Connect; None when dropped."""
        return self.device.connect()

    def publish(self, topic: str) -> bool:
        """Connect, publish, and tell whether the message was accepted."""
        connection = self.connect()
        assert connection is not None, "the device is not let in"
        accepted = connection.publish(topic, "{}")
        connection.close()
        return accepted


@dataclass(frozen=True)
class Fleet:
    """One environment on one local AWS; `folder` keeps its devices' files."""

    aws: LocalAws
    environment: str
    folder: Path
    _names: list[str] = field(default_factory=list)

    @cached_property
    def session(self) -> boto3.Session:
        """The administrator's."""
        return self.aws.session()

    def client(self, service: str) -> Any:
        """A client of the administrator's."""
        return self.session.client(service)

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        (stack,) = self.client("cloudformation").describe_stacks(StackName=stack_name(self.environment))[
            "Stacks"
        ]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    @cached_property
    def authority(self) -> x509.Certificate:
        """The issuing authority's certificate."""
        name = certificate_parameter(self.environment, "fleet")
        pem = self.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
        return x509.load_pem_x509_certificate(pem.encode())

    @staticmethod
    def common_name(pem: str) -> str:
        """The common name of a certificate in PEM."""
        (name,) = x509.load_pem_x509_certificate(pem.encode()).subject.get_attributes_for_oid(
            NameOID.COMMON_NAME
        )
        return str(name.value)

    def answer(self, csr: str) -> dict[str, str]:
        """What the issuance function says to a CSR."""
        payload = json.dumps({"csr": csr})
        done = self.client("lambda").invoke(
            FunctionName=self.outputs[Output.ISSUANCE_FUNCTION], Payload=payload
        )
        assert "FunctionError" not in done
        return json.loads(done["Payload"].read())

    def device(self, name: str) -> Identity:
        """A device whose certificate was issued by the deployed authority."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.answer(request(name, key))["certificate"]
        return self.identity(name, key, x509.load_pem_x509_certificate(certificate.encode()))

    def identity(self, name: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> Identity:
        """A device with any key and certificate."""
        folder = self.folder / certificate_id(certificate)
        folder.mkdir(parents=True)
        held = SoftwareKey(folder)
        held.file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        (folder / "device.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return Identity(Device(name, held, folder / "device.crt", of_local(self.aws)), certificate)

    def registered(self, name: str) -> Identity:
        """A device that has come in just in time."""
        identity = self.device(name)
        assert identity.connect() is None
        self.await_status(identity, "ACTIVE")
        awaited(lambda: self.record(identity).state == "registered")
        return identity

    def status(self, identity: Identity) -> str | None:
        """The certificate's status at AWS IoT; None when AWS does not know it."""
        return self.status_of(identity.id)

    def status_of(self, certificate_id: str) -> str | None:
        """The same, of a certificate that is only known by its id."""
        iot = self.client("iot")
        try:
            return iot.describe_certificate(certificateId=certificate_id)["certificateDescription"]["status"]
        except iot.exceptions.ResourceNotFoundException:
            return None

    def await_status(self, identity: Identity, status: str) -> None:
        """Wait until the certificate has a status."""
        awaited(lambda: self.status(identity) == status)

    def record(self, identity: Identity) -> IssuanceRecord:
        """The issuance record of a certificate."""
        table = IssuanceRecords(self.client("dynamodb"), self.outputs[Output.ISSUANCE_RECORDS])
        found = table.find(identity.id)
        assert found is not None
        return found

    def deliver(self, message: str) -> str:
        """Put a message into the registration queue; give its id."""
        sent = self.client("sqs").send_message(
            QueueUrl=self.outputs[Output.REGISTRATION_QUEUE], MessageBody=message
        )
        return sent["MessageId"]

    def event(self, identity: Identity, **changes: object) -> str:
        """The event with which AWS IoT announces a certificate."""
        event = {
            "certificateId": identity.id,
            "caCertificateId": self.outputs[Output.ISSUING_AUTHORITY],
            "timestamp": 1795441108114,
            "certificateStatus": "PENDING_ACTIVATION",
            "awsAccountId": "000000000000",
            "certificateRegistrationTimestamp": "1795441107000",
        }
        return json.dumps(event | changes)

    def outcome(self, message_id: str) -> dict[str, Any]:
        """What the registration function logged of a message, once it has."""
        return awaited(lambda: next((o for o in self.outcomes() if o.get("message_id") == message_id), None))

    def outcomes(self) -> list[dict[str, Any]]:
        """Every outcome that the registration function has logged."""
        function = self.outputs[Output.REGISTRATION_FUNCTION]
        settings = self.client("lambda").get_function_configuration(FunctionName=function)
        return [
            json.loads(line)
            for line in self.log_lines(settings["LoggingConfig"]["LogGroup"])
            if line[0] == "{"
        ]

    def log_lines(self, group: str) -> list[str]:
        """Every line of a log group."""
        pages = self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"].strip() for page in pages for event in page["events"]]


def request(name: str, key: ec.EllipticCurvePrivateKey) -> str:
    """A CSR (PEM) as a device makes it."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Zymbit"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return csr.public_bytes(serialization.Encoding.PEM).decode()
