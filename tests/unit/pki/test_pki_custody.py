"""Keys in Secrets Manager: made once, kept, and told to nobody."""

import logging

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from mypy_boto3_secretsmanager import SecretsManagerClient

from contract import Custody, KeyAlgorithm
from pki.custody import KmsCustody, SecretsManagerCustody, UnusableKey, custody
from pki.keys import algorithm_of, generate_key
from tests.unit.pki.honest_kms import HonestKms


@pytest.mark.parametrize("algorithm", list(KeyAlgorithm))
def test_a_secret_without_a_key_gets_one(
    secrets: SecretsManagerClient, secret: str, algorithm: KeyAlgorithm
) -> None:
    key = SecretsManagerCustody(secrets, secret).create_key(algorithm)

    kept = serialization.load_pem_private_key(
        secrets.get_secret_value(SecretId=secret)["SecretString"].encode(), password=None
    )
    assert algorithm_of(key) is algorithm
    assert kept.public_key() == key.public_key()


def test_a_key_that_is_there_is_kept(secrets: SecretsManagerClient, secret: str) -> None:
    first = SecretsManagerCustody(secrets, secret).create_key(KeyAlgorithm.P256)

    second = SecretsManagerCustody(secrets, secret).create_key(KeyAlgorithm.P256)

    assert second.public_key() == first.public_key()
    assert SecretsManagerCustody(secrets, secret).signing_key().public_key() == first.public_key()


def test_of_two_calls_at_once_the_first_key_counts_for_both(
    secrets: SecretsManagerClient, secret: str
) -> None:
    slow = SecretsManagerCustody(secrets, secret)
    late_key = generate_key(KeyAlgorithm.P256)
    first = SecretsManagerCustody(secrets, secret).create_key(KeyAlgorithm.P256)

    slow._put(late_key)  # the slow call saw an empty secret, made a key, and comes too late

    assert slow.signing_key().public_key() == first.public_key()


def test_a_key_of_another_algorithm_is_never_replaced(secrets: SecretsManagerClient, secret: str) -> None:
    SecretsManagerCustody(secrets, secret).create_key(KeyAlgorithm.P256)

    with pytest.raises(UnusableKey, match=r"P-256.*P-384"):
        SecretsManagerCustody(secrets, secret).create_key(KeyAlgorithm.P384)


def test_signing_without_a_key_says_which_secret_lacks_it(secrets: SecretsManagerClient, secret: str) -> None:
    with pytest.raises(UnusableKey, match="holds no private key") as error:
        SecretsManagerCustody(secrets, secret).signing_key()

    assert secret in str(error.value)
    assert "random-text" not in str(error.value)


@pytest.mark.parametrize(
    "text", ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "-----BEGIN"]
)
def test_pem_that_cannot_be_read_is_refused_not_replaced(
    secrets: SecretsManagerClient, secret: str, text: str
) -> None:
    secrets.put_secret_value(SecretId=secret, SecretString=text)

    with pytest.raises(UnusableKey, match="no unencrypted"):
        SecretsManagerCustody(secrets, secret).create_key(KeyAlgorithm.P256)

    assert secrets.get_secret_value(SecretId=secret)["SecretString"] == text


def test_the_key_reaches_no_log_at_the_most_talkative_level(
    secrets: SecretsManagerClient, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="botocore.endpoint")
    caplog.set_level(logging.DEBUG, logger="botocore.parsers")

    key = SecretsManagerCustody(secrets, secret).create_key(KeyAlgorithm.P256)

    assert isinstance(key, ec.EllipticCurvePrivateKey)
    scalar = key.private_numbers().private_value
    assert "PRIVATE KEY" not in caplog.text
    assert str(scalar) not in caplog.text
    assert f"{scalar:x}" not in caplog.text


def test_the_watch_over_logs_ends_with_the_call(
    secrets: SecretsManagerClient, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    SecretsManagerCustody(secrets, secret).create_key(KeyAlgorithm.P256)

    logging.getLogger("anyone").debug("still heard")

    assert "still heard" in caplog.text


def test_a_kms_key_of_the_wrong_algorithm_is_refused() -> None:
    kms = KmsCustody(HonestKms(ec.SECP256R1()), "arn:aws:kms:::key/1")  # type: ignore[arg-type]  # a stand-in

    assert algorithm_of(kms.create_key(KeyAlgorithm.P256)) is KeyAlgorithm.P256
    with pytest.raises(UnusableKey, match="RSA-2048"):
        kms.create_key(KeyAlgorithm.RSA2048)


@pytest.mark.parametrize(
    ("kind", "service", "holder"),
    [
        (Custody.KMS, "kms", KmsCustody),
        (Custody.SECRETS_MANAGER, "secretsmanager", SecretsManagerCustody),
    ],
)
def test_custody_is_opened_with_the_client_of_its_service(kind: Custody, service: str, holder: type) -> None:
    asked: list[str] = []

    opened = custody(kind, "arn", asked.append)

    assert isinstance(opened, holder)
    assert asked == [service]


def test_an_external_authority_has_no_key_here() -> None:
    with pytest.raises(UnusableKey, match="not here"):
        custody(Custody.EXTERNAL, "", lambda service: pytest.fail(f"asked for {service}"))
