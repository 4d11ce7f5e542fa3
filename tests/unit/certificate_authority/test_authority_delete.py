"""An authority is taken away, in order, and nothing else with it."""

import pytest

from tests.unit.certificate_authority.conftest import PARAMETER, Account, Properties
from tests.unit.certificate_authority.events import create, delete
from tests.unit.certificate_authority.journal import Journal


def test_registration_and_parameter_go(account: Account, properties: Properties) -> None:
    ca_id = create(properties)["PhysicalResourceId"]

    answer = delete(ca_id, properties)

    assert answer["PhysicalResourceId"] == ca_id
    assert account.iot.authorities == {}
    assert account.parameter() is None


def test_it_is_closed_deactivated_and_deleted_in_this_order(
    account: Account, properties: Properties, monkeypatch: pytest.MonkeyPatch
) -> None:
    ca_id = create(properties)["PhysicalResourceId"]
    changes: list[dict[str, str]] = []
    change = account.iot.update_ca_certificate

    def noted(**asked: str) -> object:
        changes.append(asked)
        return change(**asked)

    monkeypatch.setattr(account.iot, "update_ca_certificate", noted)
    account.journal = Journal()

    delete(ca_id, properties)

    assert changes == [
        {"certificateId": ca_id, "newAutoRegistrationStatus": "DISABLE"},
        {"certificateId": ca_id, "newStatus": "INACTIVE"},
    ]
    assert account.journal.calls == [
        "iot.update_ca_certificate",
        "iot.update_ca_certificate",
        "iot.delete_ca_certificate",
        "ssm.get_parameter",
        "ssm.delete_parameter",
    ]


@pytest.mark.parametrize(
    "foreign",
    [
        "",
        "AWSCDK::CustomResourceProviderFramework::CREATE_FAILED",
        "jitr-main-1X2Y3Z",
        "A" * 64,
        "a" * 63,
        "a" * 64 + "\n",
    ],
)
def test_an_id_that_is_no_certificate_id_is_ignored(
    account: Account, properties: Properties, foreign: str
) -> None:
    ca_id = create(properties)["PhysicalResourceId"]
    account.journal = Journal()

    delete(foreign, properties)

    assert account.journal.calls == []
    assert list(account.iot.authorities) == [ca_id]


def test_an_authority_that_is_gone_already_is_fine(account: Account, properties: Properties) -> None:
    ca_id = create(properties)["PhysicalResourceId"]
    delete(ca_id, properties)

    delete(ca_id, properties)

    assert account.iot.authorities == {}


def test_another_authoritys_certificate_stays_in_the_parameter(
    account: Account, properties: Properties
) -> None:
    create(properties)
    kept = account.parameter()

    delete("b" * 64, properties)

    assert account.parameter() == kept
    assert len(account.iot.authorities) == 1


def test_other_content_stays_in_the_parameter(account: Account, properties: Properties) -> None:
    ca_id = create(properties)["PhysicalResourceId"]
    account.ssm.put_parameter(Name=PARAMETER, Value="somebody's", Type="String", Overwrite=True)

    delete(ca_id, properties)

    assert account.parameter() == "somebody's"
    assert account.iot.authorities == {}


def test_a_resource_whose_properties_were_never_valid_can_be_deleted(account: Account) -> None:
    delete("AWSCDK::CustomResourceProviderFramework::CREATE_FAILED", {"Custody": "nonsense"})

    assert account.journal.calls == []
