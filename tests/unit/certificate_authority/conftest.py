"""One AWS account for a test: Systems Manager and Secrets Manager from moto, AWS IoT and KMS as stand-ins."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ec
from moto import mock_aws
from moto.backends import get_backend

from certificate_authority import handler
from tests.unit.certificate_authority.honest_iot import HonestIot
from tests.unit.certificate_authority.journal import Journal
from tests.unit.pki.honest_kms import HonestKms
from tests.unit.pki.moto_clients import client

PARAMETER = "/jitr/test/authorities/main/certificate"
KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/1"

Properties = dict[str, Any]


class Account:
    """What the function sees of AWS, and what a test wants to know of it."""

    def __init__(self) -> None:
        self.iot = HonestIot()
        self.kms = HonestKms(ec.SECP256R1())
        self.ssm = client("ssm")
        self.secrets = client("secretsmanager")
        self.secret = self.secrets.create_secret(Name="authority", SecretString="random, no key")["ARN"]
        self.journal = Journal()

    def connect(self, service: str) -> Any:
        clients = {"iot": self.iot, "kms": self.kms, "ssm": self.ssm, "secretsmanager": self.secrets}
        return self.journal.watch(service, clients[service])

    def parameter(self) -> str | None:
        """The PEM that the parameter holds; None when there is none."""
        try:
            return str(self.ssm.get_parameter(Name=PARAMETER)["Parameter"]["Value"])
        except ClientError:
            return None

    def properties(self, custody: str, algorithm: str = "P-256") -> Properties:
        """The properties of an authority, as CloudFormation sends them."""
        return {
            "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:provider",
            "Custody": custody,
            "KeyId": {"kms": KEY_ARN, "secrets_manager": self.secret}[custody],
            "Algorithm": algorithm,
            "ValidityDays": "3650",
            "Subject": {"organization": "Example", "common_name": "Example fleet CA"},
            "CertificateParameter": PARAMETER,
        }


NewAccount = Callable[[], Account]


@pytest.fixture
def new_account(monkeypatch: pytest.MonkeyPatch) -> Iterator[NewAccount]:
    """Make an empty account, to which the function talks from then on."""

    def make() -> Account:
        for service in ("ssm", "secretsmanager"):
            get_backend(service).reset()
        account = Account()
        monkeypatch.setattr(handler, "_connect", account.connect)
        return account

    with mock_aws():
        yield make


@pytest.fixture
def account(new_account: NewAccount) -> Account:
    return new_account()


@pytest.fixture
def properties(account: Account) -> Properties:
    return account.properties("kms")
