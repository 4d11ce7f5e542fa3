"""An authority whose key is held here, and whose certificate the owner's root signed."""

import pytest
from cryptography import x509

from certificate_authority.properties import InvalidProperties
from contract import KeyAlgorithm
from pki.custody import SecretsManagerCustody, UnusableKey
from pki.identity import certificate_id, pem
from pki.keys import PublicKey, generate_key
from tests.unit.certificate_authority import factory
from tests.unit.certificate_authority.account import Account, Properties
from tests.unit.certificate_authority.events import create, update

ROOT = factory.authority("Root")
held = pytest.mark.parametrize("custody", ["kms", "secrets_manager"])


def held_key(account: Account, custody: str) -> PublicKey:
    if custody == "kms":
        return account.kms.key.public_key()
    return SecretsManagerCustody(account.secrets, account.secret).create_key(KeyAlgorithm.P256).public_key()


def subordinate(account: Account, custody: str) -> tuple[x509.Certificate, Properties]:
    certificate = factory.certify(factory.named("Fleet"), held_key(account, custody), ROOT)
    return certificate, account.properties(custody) | {"Certificate": pem(certificate) + ROOT.pem}


@held
def test_it_is_registered_as_the_root_signed_it(account: Account, custody: str) -> None:
    certificate, properties = subordinate(account, custody)

    answer = create(properties)

    ca_id = answer["PhysicalResourceId"]
    assert ca_id == certificate_id(certificate)
    assert account.iot.authorities[ca_id]["certificatePem"] == pem(certificate)
    assert account.parameter() == pem(certificate) + ROOT.pem


@held
def test_subject_and_validity_are_those_of_the_certificate(account: Account, custody: str) -> None:
    _, properties = subordinate(account, custody)
    del properties["Subject"], properties["ValidityDays"]

    assert create(properties)["Data"]["NotAfter"]


@held
def test_a_certificate_for_another_key_is_refused(account: Account, custody: str) -> None:
    other = factory.certify(factory.named("Fleet"), generate_key(KeyAlgorithm.P256).public_key(), ROOT)

    with pytest.raises(UnusableKey, match=r"not for the key in custody.*sign a request made with that key"):
        create(account.properties(custody) | {"Certificate": pem(other)})

    assert account.state() == (None, {}, {})


@held
def test_a_certificate_that_makes_no_authority_is_refused(account: Account, custody: str) -> None:
    leaf = factory.certify(factory.named("Fleet"), held_key(account, custody), ROOT, ca=False)

    with pytest.raises(InvalidProperties, match="CA:TRUE"):
        create(account.properties(custody) | {"Certificate": pem(leaf)})


@held
def test_a_self_signed_authority_may_be_replaced_by_the_same_key_certified(
    account: Account, custody: str
) -> None:
    before = account.properties(custody)
    old = create(before)
    certificate, properties = subordinate(account, custody)

    new = update(old["PhysicalResourceId"], properties | {"Replace": "true"}, before)

    assert new["PhysicalResourceId"] == certificate_id(certificate)
    assert list(account.iot.authorities) == [old["PhysicalResourceId"], new["PhysicalResourceId"]]
