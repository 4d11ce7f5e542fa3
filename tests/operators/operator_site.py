"""An environment on the local AWS with the parts of a stack that operators' commands use, and no functions.

It comes up in a second; what deploys the whole stack is tested beside it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from typer.testing import Result

from contract import (
    RECORD_KEY,
    RECORDS_BY_ISSUER,
    Custody,
    KeyAlgorithm,
    Output,
    certificate_parameter,
    key_parameter,
    stack_name,
)
from jitr.authorities import register
from jitr.authority_files import Wanted, create
from jitr.local import LocalAws
from jitr.pem import key_pem
from pki.authority import authority_certificate, subject_name
from pki.custody import KmsCustody
from pki.identity import certificate_id, pem
from pki.keys import SigningKey, generate_key
from pki.leaf import leaf_certificate
from pki.request import read_request
from records.claims import Claims
from records.record import IssuanceRecord
from records.state import State
from records.table import IssuanceRecords
from tests.local.fleet import awaited

Jitr = Callable[..., Result]
"""Runs `jitr` with some words."""

TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": RECORD_KEY, "KeyType": "HASH"}],
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in (RECORD_KEY, "issuer", "state")
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": RECORDS_BY_ISSUER,
                "KeySchema": [
                    {"AttributeName": "issuer", "KeyType": "HASH"},
                    {"AttributeName": "state", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    },
}
TEMPLATE = {
    "Resources": {"Table": TABLE},
    "Outputs": {Output.ISSUANCE_RECORDS.value: {"Value": {"Ref": "Table"}}},
}
HEAD = 'local = true\naccount = "000000000000"\nregion = "us-east-1"\ndevice_validity_days = 365\n'


@dataclass
class OperatorSite:
    """The environment `name`; `folder` holds its file."""

    aws: LocalAws
    name: str
    folder: Path
    keys: dict[str, SigningKey] = field(default_factory=dict)
    certificates: dict[str, x509.Certificate] = field(default_factory=dict)
    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A client of the administrator's."""
        if service not in self.clients:
            self.clients[service] = self.session.client(service)  # type: ignore[call-overload]  # literals only
        return self.clients[service]

    def close(self) -> None:
        """Hang up: a server that is to stop waits for its callers."""
        for client in self.clients.values():
            client.close()

    @cached_property
    def session(self) -> boto3.Session:
        """The administrator's."""
        return self.aws.session()

    def deploy(self) -> None:
        """Make the table and the stack's outputs."""
        cloudformation = self.client("cloudformation")
        cloudformation.create_stack(StackName=stack_name(self.name), TemplateBody=json.dumps(TEMPLATE))
        awaited(lambda: self._stack(cloudformation)["StackStatus"] == "CREATE_COMPLETE")

    def declare(self, authority: str, **settings: str) -> None:
        """Write an authority into the environment's file, or change what stands there."""
        self.tables[authority] = self.tables.get(authority, {}) | settings
        self._write()

    def authority(
        self, name: str, *, custody: Custody = Custody.SECRETS_MANAGER, state: str = "issuing"
    ) -> str:
        """Declare, make and register an authority; give its certificate id."""
        self.declare(name, custody=custody.value, state=state)
        arn, key = self._hold(custody)
        subject = subject_name({"common_name": f"{self.name} {name}"})
        ca = authority_certificate(key, subject, timedelta(days=3650))
        self.keys[name], self.certificates[name] = key, ca
        self.put_parameter(certificate_parameter(self.name, name), pem(ca))
        self.put_parameter(key_parameter(self.name, name), arn)
        register(self.client("iot"), ca, key)
        return certificate_id(ca)

    def forget(self, authority: str) -> None:
        """Take an authority out of the environment's file."""
        del self.tables[authority]
        self._write()

    def retire(self, authority: str) -> None:
        """Do to the registration what a deploy of `retired` does."""
        id_ = certificate_id(self.certificates[authority])
        self.client("iot").update_ca_certificate(
            certificateId=id_, newStatus="INACTIVE", newAutoRegistrationStatus="DISABLE"
        )

    def root(self) -> Path:
        """The file of an authority that is nobody's here."""
        return Path(create(self.folder / "root", Wanted(), None, force=False).certificate)

    def put_parameter(self, name: str, value: str) -> None:
        """Write a parameter."""
        self.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    def _stack(self, cloudformation: Any) -> dict[str, Any]:
        (stack,) = cloudformation.describe_stacks(StackName=stack_name(self.name))["Stacks"]
        return stack

    def _write(self) -> None:
        tables = [
            f"[authorities.{name}]\n"
            + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
            for name, table in self.tables.items()
        ]
        (self.folder / f"{self.name}.toml").write_text(HEAD + "".join(tables))

    def _hold(self, custody: Custody) -> tuple[str, SigningKey]:
        if custody is Custody.KMS:
            made = self.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
            arn = made["KeyMetadata"]["Arn"]
            return arn, KmsCustody(self.client("kms"), arn).signing_key()
        key = generate_key(KeyAlgorithm.P256)
        secret = self.client("secretsmanager").create_secret(
            Name=f"{self.name}-{len(self.keys)}", SecretString=key_pem(key, None).decode()
        )
        return secret["ARN"], key

    def leaf(self, authority: str, thing: str) -> x509.Certificate:
        """A certificate that a factory signed with an authority's key."""
        return leaf_certificate(
            read_request(_request(thing)),
            self.certificates[authority],
            self.keys[authority],
            timedelta(days=30),
        )

    @cached_property
    def records(self) -> IssuanceRecords:
        """The issuance records."""
        stack = self._stack(self.client("cloudformation"))
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        return IssuanceRecords(self.client("dynamodb"), outputs[Output.ISSUANCE_RECORDS])

    def record(self, certificate: x509.Certificate) -> IssuanceRecord:
        """The record of a certificate."""
        found = self.records.find(certificate_id(certificate))
        assert found is not None
        return found

    def activate(self, certificate: x509.Certificate) -> None:
        """Do to a record what a registration does."""
        record = self.record(certificate)
        Claims(self.client("dynamodb"), self.records._table).claim(record, datetime.now(UTC))
        self.records.move(record.certificate_id, to=State.REGISTERED, expected={State.ACTIVATING})

    def revoke(self, certificate: x509.Certificate) -> None:
        """Do to a record what a revocation does."""
        self.records.move(certificate_id(certificate), to=State.REVOKED, expected={State.ISSUED})


DEVICE_KEY = ec.generate_private_key(ec.SECP256R1())


def _request(thing: str) -> str:
    subject = subject_name({"organization": "Works", "common_name": thing})
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(DEVICE_KEY, hashes.SHA256())
    return csr.public_bytes(serialization.Encoding.PEM).decode()
