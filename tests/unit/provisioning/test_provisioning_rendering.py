"""A template is filled for one certificate; what comes out is what AWS IoT takes, or is refused by name."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.rendering import UNSETTLED, provisioned
from provisioning.template import FIELDS, ProvisioningTemplate
from records.provisioning import InvalidProvisioning, Provisioning
from records.record import IssuanceRecord
from tests.unit.provisioning.examples import HERE, PLAIN
from tests.unit.records.examples import NOON, RECORD

UNNAMED = replace(RECORD, thing_name=UNSETTLED)
SUBJECT = {"common_name": "pump-1", "organizational_unit": "P2", "locality": "Santa Barbara"}


def filled(template: ProvisioningTemplate, subject: dict[str, str] | None = None) -> IssuanceRecord:
    return provisioned(UNNAMED, template, SUBJECT if subject is None else subject, HERE)


def test_by_default_the_thing_has_the_common_name_and_nothing_else() -> None:
    assert filled(PLAIN) == RECORD


def test_every_part_is_filled_from_subject_record_and_environment() -> None:
    record = filled(
        ProvisioningTemplate(
            thing_name="${environment.name}-${subject.common_name}",
            thing_type="zymkey-${subject.organizational_unit}",
            groups=("fleet", "model-${subject.organizational_unit}"),
            billing_group="${environment.account}",
            attributes={"serial": "${record.serial}", "place": "${environment.region}/1"},
            adopt_existing=True,
        )
    )

    assert record == replace(
        RECORD,
        thing_name="test-pump-1",
        provisioning=Provisioning(
            thing_type="zymkey-P2",
            groups=("fleet", "model-P2"),
            billing_group="123456789012",
            attributes={"serial": "1f", "place": "eu-west-1/1"},
            adopt_existing=True,
        ),
    )


def test_times_are_written_without_the_plus_sign_that_aws_does_not_take() -> None:
    record = filled(ProvisioningTemplate(attributes={"until": "${record.issued_at}"}))

    assert record.issued_at == NOON
    assert record.provisioning.attributes == {"until": "2030-01-01T12:00:00Z"}


def test_a_group_that_two_texts_name_is_one() -> None:
    record = filled(ProvisioningTemplate(groups=("P2", "${subject.organizational_unit}")))

    assert record.provisioning.groups == ("P2",)


@pytest.mark.parametrize(
    ("template", "key", "text"),
    [
        (
            ProvisioningTemplate(thing_name="${subject.serial_number}"),
            "thing_name",
            "thing_name: '${subject.serial_number}' needs a subject with exactly one serial number",
        ),
        (
            ProvisioningTemplate(attributes={"at": "${subject.country}"}),
            "attributes.at",
            "attributes.at: '${subject.country}' needs a subject with exactly one country",
        ),
        (
            ProvisioningTemplate(thing_name="${subject.locality}"),
            "thing_name",
            "thing_name: 'Santa Barbara': as a name AWS IoT takes 1 to 128 of a-z A-Z 0-9 : _ -",
        ),
        (
            ProvisioningTemplate(attributes={"at": "${subject.locality}"}),
            "attributes.at",
            "attributes.at: 'Santa Barbara': as an attribute's value AWS IoT takes",
        ),
        (ProvisioningTemplate(groups=("x", "${subject.locality}")), "groups", "groups: 'Santa Barbara': as"),
        (ProvisioningTemplate(thing_type="${subject.locality}"), "thing_type", "thing_type: 'Santa Barbara'"),
    ],
)
def test_a_subject_that_cannot_fill_the_template_is_refused_with_key_and_value(
    template: ProvisioningTemplate, key: str, text: str
) -> None:
    with pytest.raises(InvalidProvisioning) as invalid:
        filled(template)

    assert invalid.value.key == key
    assert str(invalid.value).startswith(text)


def test_a_value_s_own_placeholders_are_text() -> None:
    with pytest.raises(InvalidProvisioning, match=r"\$\{record\.issuer\}"):
        filled(PLAIN, {"common_name": "${record.issuer}"})


texts = st.lists(
    st.sampled_from([f"${{{name}}}" for name in FIELDS]) | st.text("aZ0:_-. /", max_size=5), max_size=3
).map("".join)
templates = st.builds(
    ProvisioningTemplate,
    thing_name=texts,
    thing_type=st.none() | texts,
    groups=st.lists(texts, max_size=12).map(tuple),
    billing_group=st.none() | texts,
    attributes=st.dictionaries(st.text("aZ0_. ", max_size=9), texts, max_size=5),
)
subjects = st.dictionaries(
    st.sampled_from([name.removeprefix("subject.") for name in FIELDS if name.startswith("subject.")]),
    st.text(min_size=1, max_size=20) | st.text("aZ0:_-", min_size=1, max_size=128),
)


@given(template=templates, subject=subjects)
def test_whatever_is_filled_is_a_record_that_survives_the_table(
    template: ProvisioningTemplate, subject: dict[str, str]
) -> None:
    try:
        record = filled(template, subject)
    except InvalidProvisioning:
        return

    assert IssuanceRecord.from_item(record.to_item()) == record
