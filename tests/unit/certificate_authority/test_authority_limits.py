"""AWS's limits, and those of CloudFormation."""

import json
from datetime import timedelta

import pytest

from certificate_authority.properties import InvalidProperties
from certificate_authority.refusal import UnusableRegistration
from pki.given import UnfitCertificate
from pki.identity import pem
from tests.unit.certificate_authority import factory
from tests.unit.certificate_authority.account import PARAMETER, Account, Properties
from tests.unit.certificate_authority.events import create, update

CLOUDFORMATIONS_LIMIT = 4096
"""Bytes of an answer; the framework adds ids and ARNs to what the function gives."""
ENVELOPE = 1024


def numbered(properties: Properties, number: int) -> Properties:
    return properties | {"CertificateParameter": f"{PARAMETER}-{number}"}


def test_an_eleventh_authority_of_one_subject_is_refused_by_name(
    account: Account, properties: Properties
) -> None:
    for number in range(10):
        create(numbered(properties, number))
    before = dict(account.iot.authorities)

    with pytest.raises(
        UnusableRegistration, match="10 authorities with the subject CN=Example fleet CA,O=Example"
    ):
        create(properties)

    assert account.iot.authorities == before
    assert account.parameter() is None


def test_an_eleventh_that_should_replace_the_tenth_leaves_it_as_it_was(
    account: Account, properties: Properties
) -> None:
    made = [create(numbered(properties, number)) for number in range(9)]
    made.append(create(properties))
    before = account.state()

    with pytest.raises(UnusableRegistration, match="a subject of its own"):
        update(
            made[-1]["PhysicalResourceId"],
            properties | {"ValidityDays": "100", "Replace": "true"},
            properties,
        )

    assert account.state() == before


@pytest.mark.parametrize("custody", ["kms", "secrets_manager"])
def test_a_registration_code_that_was_deleted_is_asked_for_anew(account: Account, custody: str) -> None:
    properties = account.properties(custody)
    made = create(properties)
    account.iot.lose_authorities()
    account.iot.registration_code = "0ther" * 12

    assert update(made["PhysicalResourceId"], properties, properties)["Data"]["Mended"] == "deleted"


def test_two_stacks_in_one_account_do_not_meet(account: Account, properties: Properties) -> None:
    ours = create(properties)
    theirs = create(
        account.properties("secrets_manager")
        | {"CertificateParameter": "/jitr/other/authorities/main/certificate"}
    )

    update(ours["PhysicalResourceId"], properties | {"Openness": "retired"}, properties)

    statuses = {id_: authority["status"] for id_, authority in account.iot.authorities.items()}
    assert statuses == {ours["PhysicalResourceId"]: "INACTIVE", theirs["PhysicalResourceId"]: "ACTIVE"}


def test_the_answer_for_the_longest_chain_fits_into_cloudformations(account: Account) -> None:
    chain = [factory.authority("0" * 64)]
    for number in range(1, 5):
        chain.insert(0, factory.authority(str(number) * 64, chain[0]))
    properties = account.properties("external", mode="SNI_ONLY") | {
        "Certificate": "".join(authority.pem for authority in chain),
        "Tags": {f"tag{number}": "v" * 256 for number in range(40)},
    }

    answer = create(properties)

    assert len(account.parameter() or "") > 3000
    assert len(json.dumps(answer)) < CLOUDFORMATIONS_LIMIT - ENVELOPE


@pytest.mark.parametrize(
    "change",
    [
        {"Certificate": "x" * 4000},
        {"VerificationCertificate": "x" * 4000},
        {"Tags": {"n" * 4000: "v" * 4000}},
        {"Tags": {"name": "v" * 4000}},
        {"Openness": "x" * 4000},
        {"Mode": "x" * 4000},
        {"Replace": "x" * 4000},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_refusal_fits_too_whatever_was_given(account: Account, change: Properties) -> None:
    with pytest.raises(InvalidProperties) as refusal:
        create(account.properties("external") | change)

    assert len(str(refusal.value)) < ENVELOPE


def test_a_certificate_with_the_longest_names_is_refused_in_few_words(account: Account) -> None:
    key = factory.authority().key
    expired = factory.certify(factory.named("x" * 64), key.public_key(), key, validity=timedelta(minutes=1))

    with pytest.raises(UnfitCertificate, match="expired") as refusal:
        create(account.properties("external") | {"Certificate": pem(expired)})

    assert len(str(refusal.value)) < ENVELOPE
