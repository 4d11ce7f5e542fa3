"""How far an authority is open: registered so, moved in place, and put right when somebody changed it."""

import json
from typing import Any

import pytest

from certificate_authority.refusal import UnusableRegistration
from tests.unit.certificate_authority.account import PARAMETER, Account, Properties, renamed
from tests.unit.certificate_authority.events import create, update
from tests.unit.certificate_authority.scenarios import STANDING, Life, stands

OPENNESSES = list(STANDING)
TEMPLATE = {"templateName": "factory", "roleArn": "arn:aws:iam::123456789012:role/provisioning"}


def standing(account: Account, ca_id: str) -> tuple[str, str]:
    authority = account.iot.authorities[ca_id]
    return authority["status"], authority["autoRegistrationStatus"]


def changes(account: Account, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Note down every change of an authority from now on."""
    noted: list[dict[str, Any]] = []
    change = account.iot.update_ca_certificate

    def note(**asked: Any) -> object:
        noted.append({name: value for name, value in asked.items() if name != "certificateId"})
        return change(**asked)

    monkeypatch.setattr(account.iot, "update_ca_certificate", note)
    return noted


@pytest.mark.parametrize("openness", OPENNESSES)
def test_an_authority_is_registered_as_open_as_it_is_declared(
    account: Account, properties: Properties, openness: str
) -> None:
    declared = properties | {"Openness": openness}

    made = create(declared)

    stands(Life(account, declared), made["PhysicalResourceId"], declared)


def test_without_a_word_an_authority_is_open_in_the_mode_default(
    account: Account, properties: Properties
) -> None:
    bare = {
        name: value
        for name, value in properties.items()
        if name not in {"Openness", "Mode", "Tags", "Replace", "DeleteWithCertificates"}
    }

    ca_id = create(bare)["PhysicalResourceId"]

    assert standing(account, ca_id) == ("ACTIVE", "ENABLE")
    assert account.iot.authorities[ca_id]["certificateMode"] == "DEFAULT"
    assert account.iot.tags[ca_id].keys() == {"jitr:stack", "jitr:resource"}


@pytest.mark.parametrize("before", OPENNESSES)
@pytest.mark.parametrize("after", OPENNESSES)
def test_moving_between_states_is_an_update_of_the_same_authority(
    account: Account, properties: Properties, before: str, after: str
) -> None:
    old, new = properties | {"Openness": before}, properties | {"Openness": after}
    made = create(old)

    moved = update(made["PhysicalResourceId"], new, old)

    assert moved == made
    assert standing(account, made["PhysicalResourceId"]) == STANDING[after]


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        (("retired", "open"), [{"newStatus": "ACTIVE"}, {"newAutoRegistrationStatus": "ENABLE"}]),
        (("open", "retired"), [{"newAutoRegistrationStatus": "DISABLE"}, {"newStatus": "INACTIVE"}]),
        (("open", "closed"), [{"newAutoRegistrationStatus": "DISABLE"}]),
        (("retired", "closed"), [{"newStatus": "ACTIVE"}]),
        (("open", "open"), []),
    ],
)
def test_what_opens_comes_first_when_opening_and_last_when_closing(
    account: Account,
    properties: Properties,
    monkeypatch: pytest.MonkeyPatch,
    move: tuple[str, str],
    expected: list[dict[str, str]],
) -> None:
    before, after = move
    old = properties | {"Openness": before}
    ca_id = create(old)["PhysicalResourceId"]
    noted = changes(account, monkeypatch)

    update(ca_id, properties | {"Openness": after}, old)

    assert noted == expected


def test_a_replacement_may_be_of_another_openness(account: Account, properties: Properties) -> None:
    old = create(properties)["PhysicalResourceId"]

    new = update(old, renamed(properties) | {"Openness": "closed"}, properties)["PhysicalResourceId"]

    assert standing(account, old) == ("ACTIVE", "ENABLE")
    assert standing(account, new) == ("ACTIVE", "DISABLE")


@pytest.mark.parametrize(
    ("declared", "drift"),
    [
        ("open", ({"status": "INACTIVE"}, "inactive")),
        ("open", ({"status": "INACTIVE", "autoRegistrationStatus": "DISABLE"}, "inactive")),
        ("open", ({"autoRegistrationStatus": "DISABLE"}, "auto_registration_off")),
        ("closed", ({"autoRegistrationStatus": "ENABLE"}, "auto_registration_on")),
        ("retired", ({"status": "ACTIVE"}, "active")),
    ],
)
def test_what_somebody_changed_in_the_console_is_mended_and_said(
    account: Account,
    properties: Properties,
    capsys: pytest.CaptureFixture[str],
    declared: str,
    drift: tuple[dict[str, str], str],
) -> None:
    found, code = drift
    wanted = properties | {"Openness": declared}
    ca_id = create(wanted)["PhysicalResourceId"]
    account.iot.authorities[ca_id] |= found
    capsys.readouterr()

    answer = update(ca_id, wanted, wanted)

    said = json.loads(capsys.readouterr().out)
    assert standing(account, ca_id) == STANDING[declared]
    assert answer["Data"]["Mended"] == code
    assert (said["Outcome"], said["Reason"], said["certificate_id"]) == ("mended", code, ca_id)


def test_an_authority_that_was_deregistered_by_hand_is_registered_again_and_said(
    account: Account, properties: Properties
) -> None:
    made = create(properties)
    before = account.state()
    account.iot.lose_authorities()

    answer = update(made["PhysicalResourceId"], properties, properties)

    assert answer["PhysicalResourceId"] == made["PhysicalResourceId"]
    assert answer["Data"]["Mended"] == "deleted"
    assert account.state() == before


def test_a_parameter_that_was_deleted_by_hand_is_written_again_and_said(
    account: Account, properties: Properties
) -> None:
    made = create(properties)
    before = account.state()
    account.ssm.delete_parameter(Name=PARAMETER)

    answer = update(made["PhysicalResourceId"], properties, properties)

    assert answer["Data"]["Mended"] == "parameter_deleted"
    assert account.state() == before


@pytest.mark.parametrize("change", [{}, {"Openness": "closed"}], ids=["nothing new", "another openness"])
def test_where_nobody_changed_anything_nothing_is_said_to_be_mended(
    account: Account, properties: Properties, change: Properties
) -> None:
    ca_id = create(properties)["PhysicalResourceId"]

    first = update(ca_id, properties | change, properties)
    redelivered = update(ca_id, properties | change, properties)

    assert first["Data"]["Mended"] == redelivered["Data"]["Mended"] == ""


def test_a_provisioning_template_is_taken_off_for_just_in_time_registration(
    account: Account, properties: Properties, monkeypatch: pytest.MonkeyPatch
) -> None:
    ca_id = create(properties)["PhysicalResourceId"]
    account.iot.templates[ca_id] = TEMPLATE
    noted = changes(account, monkeypatch)

    answer = update(ca_id, properties, properties)

    assert noted == [{"removeAutoRegistration": True}, {"newAutoRegistrationStatus": "ENABLE"}]
    assert account.iot.templates == {}
    assert standing(account, ca_id) == ("ACTIVE", "ENABLE")
    assert answer["Data"]["Mended"] == "provisioning_template"


def test_a_provisioning_template_that_stays_is_explained(
    account: Account, properties: Properties, monkeypatch: pytest.MonkeyPatch
) -> None:
    ca_id = create(properties)["PhysicalResourceId"]
    account.iot.templates[ca_id] = TEMPLATE
    monkeypatch.setattr(account.iot, "update_ca_certificate", lambda **_: {})

    with pytest.raises(UnusableRegistration, match=r"template factory.*--remove-auto-registration"):
        update(ca_id, properties, properties)


def test_an_authority_that_takes_no_devices_keeps_its_template(
    account: Account, properties: Properties
) -> None:
    closed = properties | {"Openness": "closed"}
    ca_id = create(closed)["PhysicalResourceId"]
    account.iot.templates[ca_id] = TEMPLATE

    answer = update(ca_id, closed, closed)

    assert account.iot.templates == {ca_id: TEMPLATE}
    assert answer["Data"]["Mended"] == ""


def test_a_stack_rolls_back_from_properties_that_made_no_sense(
    account: Account, properties: Properties
) -> None:
    made = create(properties)

    rolled_back = update(
        made["PhysicalResourceId"], properties, properties | {"Openness": "ajar", "Tags": "none"}
    )

    assert rolled_back == made
