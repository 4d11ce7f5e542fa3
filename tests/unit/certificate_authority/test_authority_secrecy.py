"""Through an authority's whole life, at the most talkative log level, its key appears nowhere."""

import logging

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from certificate_authority.handler import AuthorityFailed
from certificate_authority.refusal import ChangedIdentity, DevicesLeft
from tests.unit.certificate_authority.account import Account, Properties, renamed
from tests.unit.certificate_authority.events import create, delete, update
from tests.unit.certificate_authority.journal import Fault, Journal

TALKATIVE = ("", "botocore", "botocore.endpoint", "botocore.parsers", "botocore.hooks", "boto3", "urllib3")


def secret_texts(pem: str) -> list[str]:
    """Write a key's secrets in every way in which a log might."""
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    numbers = key.private_numbers()
    secret = numbers.private_value if isinstance(numbers, ec.EllipticCurvePrivateNumbers) else numbers.d
    return ["PRIVATE KEY", pem.splitlines()[2], str(secret), f"{secret:x}", f"{secret:X}"]


@pytest.fixture
def talkative(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    for logger in TALKATIVE:
        caplog.set_level(logging.DEBUG, logger=logger)
    return caplog


def whole_life(properties: Properties, account: Account) -> list[object]:
    """Make, tag, close, mend, retire, fail, replace, roll back, replace again, and delete an authority."""
    closed = properties | {"Openness": "closed", "Tags": {"team": "fleet"}}
    retired = closed | {"Openness": "retired"}
    made = create(properties)
    first = made["PhysicalResourceId"]
    said: list[object] = [made, update(first, closed, properties), update(first, retired, closed)]
    account.iot.lose_authorities()
    said.append(update(first, properties, retired))
    with pytest.raises(ChangedIdentity) as refused:
        update(first, renamed(properties) | {"Replace": "false"}, properties)
    account.journal = Journal(fails_at=6, fault=Fault.ANSWER_LOST)
    with pytest.raises(AuthorityFailed) as failed:
        update(first, renamed(properties), properties)
    account.journal = Journal()
    replaced = update(first, renamed(properties), properties)
    said.append(update(replaced["PhysicalResourceId"], properties, renamed(properties)))
    said.append(delete(replaced["PhysicalResourceId"], renamed(properties)))
    account.iot.devices[first] = 5
    with pytest.raises(DevicesLeft) as left:
        delete(first, properties)
    said.append(delete(first, properties | {"DeleteWithCertificates": "true"}))
    return [*said, replaced, refused.getrepr(), failed.getrepr(), left.getrepr()]


@pytest.mark.parametrize("algorithm", ["P-256", "P-384", "RSA-2048"])
@pytest.mark.parametrize("mode", ["DEFAULT", "SNI_ONLY"])
def test_the_key_is_in_no_answer_no_failure_no_log_no_tag_and_no_output(
    account: Account,
    talkative: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    algorithm: str,
    mode: str,
) -> None:
    said = whole_life(account.properties("secrets_manager", algorithm, mode), account)

    printed = capfd.readouterr()
    everything = f"{said}{talkative.text}{printed.out}{printed.err}{account.iot.received}"
    talkative.clear()
    key = account.secrets.get_secret_value(SecretId=account.secret)["SecretString"]
    assert "GetParameter" in everything
    assert "certificate" in everything
    assert [text for text in secret_texts(key) if text in everything] == []
