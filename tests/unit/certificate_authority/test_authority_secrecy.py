"""Through an authority's whole life, at the most talkative log level, its key appears nowhere."""

import logging

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.unit.certificate_authority.conftest import Account
from tests.unit.certificate_authority.events import create, delete, update

TALKATIVE = ("", "botocore", "botocore.endpoint", "botocore.parsers", "botocore.hooks", "boto3", "urllib3")


def secret_texts(pem: str) -> list[str]:
    """Write a key's secrets in every way in which a log might."""
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    numbers = key.private_numbers()
    secret = numbers.private_value if isinstance(numbers, ec.EllipticCurvePrivateNumbers) else numbers.d
    return ["PRIVATE KEY", pem.splitlines()[2], str(secret), f"{secret:x}", f"{secret:X}"]


@pytest.mark.parametrize("algorithm", ["P-256", "RSA-2048"])
def test_the_key_is_in_no_answer_no_log_and_no_output(
    account: Account,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    algorithm: str,
) -> None:
    for logger in TALKATIVE:
        caplog.set_level(logging.DEBUG, logger=logger)
    properties = account.properties("secrets_manager", algorithm)
    renamed = properties | {"Subject": {"common_name": "Renamed"}}

    made = create(properties)
    replaced = update(made["PhysicalResourceId"], renamed, properties)
    delete(made["PhysicalResourceId"], properties)
    delete(replaced["PhysicalResourceId"], renamed)

    printed = capfd.readouterr()
    everything = f"{made}{replaced}{caplog.text}{printed.out}{printed.err}"
    caplog.clear()
    key = account.secrets.get_secret_value(SecretId=account.secret)["SecretString"]
    assert "certificate" in everything
    assert [text for text in secret_texts(key) if text in everything] == []
