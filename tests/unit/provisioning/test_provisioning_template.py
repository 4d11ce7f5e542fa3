"""Texts with placeholders: what they may name, and what could ever come of them."""

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from pki.names import _DEVICE_FIELDS, subject_fields
from provisioning.rendering import RECORD_FIELDS, Environment
from provisioning.template import (
    FIELDS,
    ProvisioningTemplate,
    Text,
    UnfitTemplate,
    check_text,
    check_thing_name,
)
from registry import UnfitForRegistry, check_attribute_value, check_name
from tests.unit.records.examples import RECORD


@pytest.mark.parametrize(
    "text",
    [
        "$subject.common_name",
        "${subject}",
        "${subject.common name}",
        "${subject.common_name",
        "pump-$",
        "${}",
        "${Subject.common_name}",
        "${subject.common_name.x}",
        "${\u017fubject.common_name}",  # a long s, which is an s where case does not matter
    ],
)
def test_a_dollar_must_begin_a_placeholder_in_braces(text: str) -> None:
    with pytest.raises(UnfitTemplate, match="a \\$ must begin a placeholder like"):
        check_text(text, check_name)


@pytest.mark.parametrize("name", ["subject.colour", "record.state", "device.name", "environment.tags"])
def test_a_placeholder_that_nobody_knows_is_named_with_those_there_are(name: str) -> None:
    with pytest.raises(
        UnfitTemplate, match=rf"unknown placeholder \${{{name}}}; there are environment.account"
    ):
        check_text(f"${{{name}}}", check_name)


def test_text_without_placeholders_is_checked_as_it_is() -> None:
    with pytest.raises(UnfitForRegistry, match=r"^'zym key': as a name AWS IoT takes"):
        check_text("zym key", check_name)


@pytest.mark.parametrize(
    "text",
    ["model ${subject.title}", "a/${subject.title}", "$$${subject.title}", "x" * 128 + "${subject.title}"],
)
def test_what_stands_around_a_placeholder_is_checked_too(text: str) -> None:
    with pytest.raises(UnfitTemplate, match="could at best become"):
        check_text(text, check_name)


def test_placeholders_that_are_always_long_are_counted_as_long() -> None:
    check_text("${record.certificate_id}${record.issuer}", check_name)

    with pytest.raises(UnfitTemplate, match="could at best become"):
        check_text("${record.certificate_id}:${record.issuer}", check_name)


@pytest.mark.parametrize("name", FIELDS)
def test_every_placeholder_may_give_a_name_and_a_value(name: str) -> None:
    check_text(f"${{{name}}}", check_name)
    check_text(f"${{{name}}}", check_attribute_value)


def test_a_subject_s_placeholders_are_the_attributes_that_are_read_of_it() -> None:
    assert {f"subject.{name}" for name in _DEVICE_FIELDS} == {
        name for name in FIELDS if name.startswith("subject.")
    }


def test_a_record_s_placeholders_are_its_fields() -> None:
    assert [name for name in RECORD_FIELDS if not hasattr(RECORD, name)] == []


def test_an_environment_s_placeholders_are_its_fields() -> None:
    assert {f"environment.{name}" for name in Environment.__dataclass_fields__} == {
        name for name in FIELDS if name.startswith("environment.")
    }


def test_an_attribute_that_a_subject_has_twice_is_none() -> None:
    subject = x509.Name.from_rfc4514_string("CN=pump-1,OU=a,OU=b,O=Works")

    assert subject_fields(subject) == {"common_name": "pump-1", "organization": "Works"}


@pytest.mark.parametrize("text", ["pump", "${environment.name}-pump"])
def test_a_thing_s_name_must_tell_devices_apart(text: str) -> None:
    with pytest.raises(UnfitTemplate, match="gives every device the same name"):
        check_thing_name(text)


@given(st.text("${}.abcdefghijklmnopqrstuvwxyz_ \n", max_size=40))
def test_any_text_is_fit_or_unfit_and_never_a_crash(text: str) -> None:
    try:
        check_text(text, check_name)
    except (UnfitTemplate, UnfitForRegistry):
        return
    check_name(Text(text).substitute(FIELDS))


def test_a_template_survives_its_way_into_the_functions() -> None:
    template = ProvisioningTemplate(
        thing_name="${record.serial}",
        thing_type="zymkey",
        groups=("fleet", "${subject.title}"),
        billing_group="pumps",
        attributes={"model": "${subject.title}"},
        adopt_existing=True,
    )

    assert ProvisioningTemplate.from_json(template.to_json()) == template
