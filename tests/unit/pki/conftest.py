"""AWS is moto here."""

from collections.abc import Iterator

import pytest
from cryptography import x509
from moto import mock_aws
from mypy_boto3_secretsmanager import SecretsManagerClient

from contract import KeyAlgorithm
from pki.authority import authority_certificate
from pki.keys import SigningKey, generate_key
from tests.unit.pki.authorities import NOW, SUBJECT, TEN_YEARS
from tests.unit.pki.moto_clients import client


@pytest.fixture
def secrets() -> Iterator[SecretsManagerClient]:
    with mock_aws():
        yield client("secretsmanager")


@pytest.fixture
def secret(secrets: SecretsManagerClient) -> str:
    """The ARN of a secret as the stack makes it: random text, no key yet."""
    return secrets.create_secret(Name="authority", SecretString="x8!random-text")["ARN"]


@pytest.fixture(scope="module")
def plain_key() -> SigningKey:
    return generate_key(KeyAlgorithm.P256)


@pytest.fixture(scope="module")
def plain_ca(plain_key: SigningKey) -> x509.Certificate:
    return authority_certificate(plain_key, SUBJECT, TEN_YEARS, NOW)
