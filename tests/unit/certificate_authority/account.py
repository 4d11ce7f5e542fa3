"""An AWS account: Systems Manager and Secrets Manager from moto, AWS IoT and KMS as stand-ins."""

from copy import deepcopy
from typing import Any

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ec
from mypy_boto3_secretsmanager import SecretsManagerClient
from mypy_boto3_ssm import SSMClient

from tests.unit.certificate_authority import factory
from tests.unit.certificate_authority.honest_iot import HonestIot
from tests.unit.certificate_authority.journal import Journal
from tests.unit.pki.honest_kms import HonestKms

PARAMETER = "/jitr/test/authorities/main/certificate"
KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/1"

Properties = dict[str, Any]


class Account:
    """What the function sees of AWS, and what a test wants to know of it."""

    def __init__(self, ssm: SSMClient, secrets: SecretsManagerClient) -> None:
        self.iot = HonestIot()
        self.kms = HonestKms(ec.SECP256R1())
        self.ssm = ssm
        self.secrets = secrets
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

    def properties(self, custody: str, algorithm: str = "P-256", mode: str = "DEFAULT") -> Properties:
        """The properties of an authority, as CloudFormation sends them."""
        common = {
            "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:provider",
            "Custody": custody,
            "Mode": mode,
            "Openness": "open",
            "Tags": {},
            "Replace": "false",
            "DeleteWithCertificates": "false",
            "CertificateParameter": PARAMETER,
        }
        if custody == "external":
            return common | given(factory.authority(), mode)
        return common | {
            "KeyId": {"kms": KEY_ARN, "secrets_manager": self.secret}[custody],
            "Algorithm": algorithm,
            "ValidityDays": "3650",
            "Subject": {"organization": "Example", "common_name": "Example fleet CA"},
        }

    def with_new_key(self, properties: Properties) -> Properties:
        """Make the key anew, as a stack does with that of an authority that it could not make.

        An external authority has none here; another certificate stands for another key.
        """
        if properties["Custody"] == "external":
            return renamed(properties)
        self.kms = HonestKms(ec.SECP256R1())
        self.secret = self.secrets.create_secret(Name="another", SecretString="random, no key")["ARN"]
        return properties | {"KeyId": {"kms": KEY_ARN, "secrets_manager": self.secret}[properties["Custody"]]}

    def state(self) -> object:
        """All that an authority is made of, as it is now."""
        return self.parameter(), deepcopy(self.iot.authorities), deepcopy(self.iot.tags)


def given(authority: factory.FactoryAuthority, mode: str = "DEFAULT") -> Properties:
    """Properties of an authority whose key is at the factory."""
    verification = {"VerificationCertificate": authority.verification()} if mode == "DEFAULT" else {}
    return {"Certificate": authority.pem} | verification


def renamed(properties: Properties) -> Properties:
    """Properties of another authority that may take the first one's place."""
    if properties["Custody"] == "external":
        identity = given(factory.authority("Second factory"), properties["Mode"])
    else:
        identity = {"Subject": {"common_name": "Renamed"}}
    return properties | identity | {"Replace": "true"}
