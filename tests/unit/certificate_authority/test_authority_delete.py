"""An authority is taken away, in order, and nothing else with it."""

import itertools

import pytest

from certificate_authority.devices import DeviceCertificates
from certificate_authority.refusal import DevicesLeft
from tests.unit.certificate_authority.account import PARAMETER, Account, Properties
from tests.unit.certificate_authority.events import create, delete
from tests.unit.certificate_authority.honest_iot import HonestIot
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
        "iot.describe_ca_certificate",
        "iot.list_tags_for_resource",
        "iot.list_certificates_by_ca",
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


def test_an_authority_with_device_certificates_is_not_deleted_and_nothing_changes(
    account: Account, properties: Properties
) -> None:
    ca_id = create(properties)["PhysicalResourceId"]
    account.iot.devices[ca_id] = 3
    before = account.state()

    with pytest.raises(
        DevicesLeft, match=r"has 3 device certificates.*delete_authorities_with_certificates = true"
    ):
        delete(ca_id, properties)

    assert account.state() == before


def test_a_hundred_thousand_certificates_are_counted_and_named(
    account: Account, properties: Properties
) -> None:
    ca_id = create(properties)["PhysicalResourceId"]
    account.iot.devices[ca_id] = 100_000
    account.journal = Journal()

    with pytest.raises(DevicesLeft, match="has 100,000 device certificates"):
        delete(ca_id, properties)

    assert account.journal.operations("iot").count("list_certificates_by_ca") == 400
    assert "update_ca_certificate" not in account.journal.operations("iot")


def test_an_authority_with_device_certificates_goes_when_that_is_asked_for(
    account: Account, properties: Properties
) -> None:
    ca_id = create(properties)["PhysicalResourceId"]
    account.iot.devices[ca_id] = 100_000
    account.journal = Journal()

    delete(ca_id, properties | {"DeleteWithCertificates": "true"})

    assert account.state() == (None, {}, {})
    assert "list_certificates_by_ca" not in account.journal.operations("iot")


def test_counting_ends_after_a_minute_and_says_so() -> None:
    iot, seconds = HonestIot(), itertools.count(step=7)
    iot.devices["c" * 64] = 100_000
    devices = DeviceCertificates(iot, lambda: float(next(seconds)))  # type: ignore[arg-type]  # a stand-in

    with pytest.raises(DevicesLeft, match="has at least 2,250 device certificates"):
        devices.check_none("c" * 64)


def test_counting_that_aws_stops_says_what_it_got(account: Account, properties: Properties) -> None:
    ca_id = create(properties)["PhysicalResourceId"]
    account.iot.devices[ca_id] = 1000
    account.journal = Journal(fails_at=4)

    with pytest.raises(DevicesLeft, match="has at least 500 device certificates"):
        delete(ca_id, properties)


def test_an_authority_that_was_deactivated_in_the_console_can_be_deleted(
    account: Account, properties: Properties
) -> None:
    ca_id = create(properties)["PhysicalResourceId"]
    account.iot.authorities[ca_id] |= {"status": "INACTIVE", "autoRegistrationStatus": "DISABLE"}

    delete(ca_id, properties)

    assert account.state() == (None, {}, {})


def test_an_authority_that_was_deleted_in_the_console_leaves_no_parameter(
    account: Account, properties: Properties
) -> None:
    ca_id = create(properties)["PhysicalResourceId"]
    account.iot.lose_authorities()

    delete(ca_id, properties)

    assert account.state() == (None, {}, {})
