"""An authority stays the same one through updates, or is replaced by another."""

import pytest
from cryptography import x509

from certificate_authority.refusal import ChangedIdentity
from tests.unit.certificate_authority.account import PARAMETER, Account, Properties
from tests.unit.certificate_authority.account import renamed as renamed_properties
from tests.unit.certificate_authority.events import create, delete, update


@pytest.fixture
def renamed(properties: Properties) -> Properties:
    return renamed_properties(properties)


def test_an_update_that_changes_nothing_of_its_identity_keeps_the_authority(
    account: Account, properties: Properties
) -> None:
    made = create(properties)

    updated = update(made["PhysicalResourceId"], properties | {"ServiceTimeout": "300"}, properties)

    assert updated == made
    assert list(account.iot.authorities) == [made["PhysicalResourceId"]]


def test_an_authority_of_which_nothing_is_left_is_made_anew(account: Account, properties: Properties) -> None:
    made = create(properties)
    account.ssm.delete_parameter(Name=PARAMETER)
    account.iot.lose_authorities()

    updated = update(made["PhysicalResourceId"], properties, properties)

    assert updated["PhysicalResourceId"] != made["PhysicalResourceId"]
    assert list(account.iot.authorities) == [updated["PhysicalResourceId"]]


changes = pytest.mark.parametrize(
    "change",
    [{"Subject": {"common_name": "Renamed"}}, {"ValidityDays": "100"}, {"Mode": "SNI_ONLY"}],
    ids=["subject", "validity", "mode"],
)


@changes
@pytest.mark.parametrize("replace", [{}, {"Replace": "false"}], ids=["nothing said", "not allowed"])
def test_another_identity_is_refused_unless_replacing_is_allowed(
    account: Account, properties: Properties, change: Properties, replace: Properties
) -> None:
    made = create(properties)
    before = account.state()

    with pytest.raises(ChangedIdentity, match="Add a new authority instead"):
        update(made["PhysicalResourceId"], properties | change | replace, properties)

    assert account.state() == before
    assert update(made["PhysicalResourceId"], properties, properties | change) == made


@changes
def test_another_identity_is_another_authority_beside_the_old_one(
    account: Account, properties: Properties, change: Properties
) -> None:
    made = create(properties)

    updated = update(made["PhysicalResourceId"], properties | change | {"Replace": "true"}, properties)

    assert list(account.iot.authorities) == [made["PhysicalResourceId"], updated["PhysicalResourceId"]]
    assert account.parameter() == account.iot.authorities[updated["PhysicalResourceId"]]["certificatePem"]


def test_another_custody_is_another_authority(account: Account, properties: Properties) -> None:
    made = create(properties)

    other = account.properties("secrets_manager") | {"Replace": "true"}
    updated = update(made["PhysicalResourceId"], other, properties)

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

    third = update(second["PhysicalResourceId"], properties | {"Replace": "true"}, renamed)

    assert third["PhysicalResourceId"] not in {first["PhysicalResourceId"], second["PhysicalResourceId"]}


def test_a_replacement_in_a_secret_keeps_the_key(account: Account) -> None:
    properties = account.properties("secrets_manager")
    made = create(properties)

    shorter = properties | {"ValidityDays": "100", "Replace": "true"}
    updated = update(made["PhysicalResourceId"], shorter, properties)

    old, new = (
        x509.load_pem_x509_certificate(
            account.iot.authorities[answer["PhysicalResourceId"]]["certificatePem"].encode()
        )
        for answer in (made, updated)
    )
    assert old.public_key() == new.public_key()
