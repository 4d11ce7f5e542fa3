"""An authority stays the same one through updates, or is replaced by another."""

import pytest
from cryptography import x509

from tests.unit.certificate_authority.conftest import PARAMETER, Account, Properties
from tests.unit.certificate_authority.events import create, delete, update


@pytest.fixture
def renamed(properties: Properties) -> Properties:
    return properties | {"Subject": {"common_name": "Renamed"}}


def test_an_update_that_changes_nothing_of_its_identity_keeps_the_authority(
    account: Account, properties: Properties
) -> None:
    made = create(properties)

    updated = update(made["PhysicalResourceId"], properties | {"ServiceTimeout": "300"}, properties)

    assert updated == made
    assert list(account.iot.authorities) == [made["PhysicalResourceId"]]


def test_an_authority_that_was_closed_by_hand_is_opened_again(
    account: Account, properties: Properties
) -> None:
    ca_id = create(properties)["PhysicalResourceId"]
    account.iot.authorities[ca_id] |= {"status": "INACTIVE", "autoRegistrationStatus": "DISABLE"}

    update(ca_id, properties, properties)

    assert account.iot.authorities[ca_id]["status"] == "ACTIVE"
    assert account.iot.authorities[ca_id]["autoRegistrationStatus"] == "ENABLE"


def test_an_authority_that_was_deregistered_by_hand_is_registered_again(
    account: Account, properties: Properties
) -> None:
    made = create(properties)
    account.iot.authorities.clear()

    assert update(made["PhysicalResourceId"], properties, properties) == made
    assert list(account.iot.authorities) == [made["PhysicalResourceId"]]


def test_a_parameter_that_was_deleted_by_hand_is_written_again(
    account: Account, properties: Properties
) -> None:
    made = create(properties)
    before = account.parameter()
    account.ssm.delete_parameter(Name=PARAMETER)

    assert update(made["PhysicalResourceId"], properties, properties) == made
    assert account.parameter() == before


def test_an_authority_of_which_nothing_is_left_is_made_anew(account: Account, properties: Properties) -> None:
    made = create(properties)
    account.ssm.delete_parameter(Name=PARAMETER)
    account.iot.authorities.clear()

    updated = update(made["PhysicalResourceId"], properties, properties)

    assert updated["PhysicalResourceId"] != made["PhysicalResourceId"]
    assert list(account.iot.authorities) == [updated["PhysicalResourceId"]]


@pytest.mark.parametrize(
    "change", [{"Subject": {"common_name": "Renamed"}}, {"ValidityDays": "100"}], ids=["subject", "validity"]
)
def test_another_identity_is_another_authority_beside_the_old_one(
    account: Account, properties: Properties, change: Properties
) -> None:
    made = create(properties)

    updated = update(made["PhysicalResourceId"], properties | change, properties)

    assert list(account.iot.authorities) == [made["PhysicalResourceId"], updated["PhysicalResourceId"]]
    assert account.parameter() == account.iot.authorities[updated["PhysicalResourceId"]]["certificatePem"]


def test_another_custody_is_another_authority(account: Account, properties: Properties) -> None:
    made = create(properties)

    updated = update(made["PhysicalResourceId"], account.properties("secrets_manager"), properties)

    assert list(account.iot.authorities) == [made["PhysicalResourceId"], updated["PhysicalResourceId"]]


def test_the_delete_that_follows_a_replacement_leaves_the_new_authority_alone(
    account: Account, properties: Properties, renamed: Properties
) -> None:
    old = create(properties)
    new = update(old["PhysicalResourceId"], renamed, properties)
    kept = account.parameter()

    delete(old["PhysicalResourceId"], properties)

    assert list(account.iot.authorities) == [new["PhysicalResourceId"]]
    assert account.parameter() == kept


def test_a_redelivered_replacement_gives_the_same_authority(
    account: Account, properties: Properties, renamed: Properties
) -> None:
    old = create(properties)
    new = update(old["PhysicalResourceId"], renamed, properties)

    assert update(old["PhysicalResourceId"], renamed, properties) == new
    assert list(account.iot.authorities) == [old["PhysicalResourceId"], new["PhysicalResourceId"]]


def test_a_rollback_returns_to_the_old_authority_and_the_new_one_goes(
    account: Account, properties: Properties, renamed: Properties
) -> None:
    old = create(properties)
    kept = account.parameter()
    new = update(old["PhysicalResourceId"], renamed, properties)

    rolled_back = update(new["PhysicalResourceId"], properties, renamed)
    delete(new["PhysicalResourceId"], renamed)

    assert rolled_back == old
    assert list(account.iot.authorities) == [old["PhysicalResourceId"]]
    assert account.parameter() == kept


def test_going_back_to_an_earlier_subject_later_makes_a_new_authority(
    account: Account, properties: Properties, renamed: Properties
) -> None:
    first = create(properties)
    second = update(first["PhysicalResourceId"], renamed, properties)
    delete(first["PhysicalResourceId"], properties)

    third = update(second["PhysicalResourceId"], properties, renamed)

    assert third["PhysicalResourceId"] not in {first["PhysicalResourceId"], second["PhysicalResourceId"]}


def test_a_replacement_in_a_secret_keeps_the_key(account: Account) -> None:
    properties = account.properties("secrets_manager")
    made = create(properties)

    updated = update(made["PhysicalResourceId"], properties | {"ValidityDays": "100"}, properties)

    old, new = (
        x509.load_pem_x509_certificate(
            account.iot.authorities[answer["PhysicalResourceId"]]["certificatePem"].encode()
        )
        for answer in (made, updated)
    )
    assert old.public_key() == new.public_key()
