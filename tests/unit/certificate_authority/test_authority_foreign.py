"""What another stack, another account or a person registered is never touched."""

from typing import Any

import pytest

from certificate_authority.refusal import ForeignAuthority
from pki.identity import certificate_id
from tests.unit.certificate_authority import events, factory
from tests.unit.certificate_authority.account import PARAMETER, Account, Properties
from tests.unit.certificate_authority.events import create, delete
from tests.unit.certificate_authority.test_authority_killed import OTHER_STACK

CA_ID = certificate_id(factory.authority().certificate)


@pytest.fixture
def properties(account: Account) -> Properties:
    return account.properties("external")


def test_two_environments_cannot_share_an_authority(
    account: Account, properties: Properties, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(properties)
    before = account.state()
    monkeypatch.setitem(events.RESOURCE, "StackId", OTHER_STACK)

    with pytest.raises(ForeignAuthority, match="by the stack test-jitr; it is left as it is"):
        create(properties | {"CertificateParameter": "/jitr/other/authorities/main/certificate"})

    assert account.state() == before


def test_an_authority_that_somebody_registered_by_hand_is_left_alone(
    account: Account, properties: Properties
) -> None:
    create(properties)
    account.ssm.delete_parameter(Name=PARAMETER)
    account.iot.tags[CA_ID].clear()
    before = account.state()

    with pytest.raises(ForeignAuthority, match="by hand"):
        create(properties)

    assert account.state() == before


def test_an_authority_that_another_stack_registered_meanwhile_outlives_the_first_ones_delete(
    account: Account, properties: Properties
) -> None:
    create(properties)
    account.iot.tags[CA_ID]["jitr:stack"] = "other"

    delete(CA_ID, properties)

    assert list(account.iot.authorities) == [CA_ID]
    assert account.parameter() is None


def test_an_authority_that_another_stack_registers_at_this_moment_is_left_alone(
    account: Account, properties: Properties, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = account.iot.register_ca_certificate

    def overtaken(**asked: Any) -> object:
        theirs = [{"Key": "jitr:stack", "Value": "other"}, {"Key": "jitr:resource", "Value": "Main"}]
        register(**asked | {"tags": theirs})
        return register(**asked)

    monkeypatch.setattr(account.iot, "register_ca_certificate", overtaken)

    with pytest.raises(ForeignAuthority, match="by the stack other"):
        create(properties)

    assert list(account.iot.authorities) == [CA_ID]
    assert account.parameter() is None


def test_an_authority_of_another_account_is_explained(account: Account, properties: Properties) -> None:
    account.iot.elsewhere.add(CA_ID)

    with pytest.raises(ForeignAuthority, match=r"registered in another account of this Region.*SNI_ONLY"):
        create(properties)

    assert account.state() == (None, {}, {})


def test_several_accounts_may_have_it_in_the_mode_sni_only(account: Account) -> None:
    account.iot.elsewhere.add(CA_ID)

    create(account.properties("external", mode="SNI_ONLY"))

    assert list(account.iot.authorities) == [CA_ID]
