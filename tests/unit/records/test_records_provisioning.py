"""What a thing becomes is checked when it is made and when it is read, and survives the table."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.provisioning import InvalidProvisioning, Provisioning
from records.record import InvalidRecord, IssuanceRecord
from tests.unit.records.examples import RECORD

names = st.from_regex(r"[a-zA-Z0-9:_-]{1,128}", fullmatch=True)
attributes = st.dictionaries(
    st.from_regex(r"[a-zA-Z0-9_.,@/:#-]{1,128}", fullmatch=True),
    st.from_regex(r"[a-zA-Z0-9_.,@/:#=\[\]-]{1,800}", fullmatch=True),
    max_size=3,
)
provisionings = st.builds(
    Provisioning,
    thing_type=st.none() | names,
    attributes=attributes,
    groups=st.lists(names, max_size=10, unique=True).map(tuple),
    billing_group=st.none() | names,
    adopt_existing=st.booleans(),
)

PUMP = Provisioning(
    thing_type="zymkey",
    attributes={"serial": "1f", "model": "P2[b]=x"},
    groups=("fleet", "model-P2"),
    billing_group="pumps",
    adopt_existing=True,
)


@given(provisionings)
def test_what_is_provisioned_survives_the_table(provisioning: Provisioning) -> None:
    record = replace(RECORD, provisioning=provisioning)

    assert IssuanceRecord.from_item(record.to_item()) == record


def test_it_stands_in_the_item_as_one_string_of_compact_json_with_sorted_keys() -> None:
    item = replace(RECORD, provisioning=PUMP).to_item()

    assert item["provisioning"] == {
        "S": '{"adopt_existing":true,"attributes":{"model":"P2[b]=x","serial":"1f"},"billing_group":"pumps",'
        '"groups":["fleet","model-P2"],"thing_type":"zymkey"}'
    }


def test_what_is_as_by_default_is_left_out() -> None:
    item = replace(RECORD, provisioning=Provisioning(groups=("fleet",))).to_item()

    assert item["provisioning"] == {"S": '{"groups":["fleet"]}'}


def test_a_thing_with_its_name_alone_leaves_no_attribute() -> None:
    assert "provisioning" not in RECORD.to_item()


def test_an_item_from_before_there_was_provisioning_is_a_thing_with_its_name_alone() -> None:
    assert IssuanceRecord.from_item(RECORD.to_item()).provisioning == Provisioning()


@given(provisionings)
def test_records_with_the_same_are_equal_and_hash_alike(provisioning: Provisioning) -> None:
    again = Provisioning.from_json(provisioning.to_json())

    assert again == provisioning
    assert hash(again) == hash(provisioning)


def test_attributes_do_not_change_with_the_mapping_that_they_came_from() -> None:
    given_ = {"serial": "1f"}
    provisioning = Provisioning(attributes=given_)

    given_["serial"] = "20"

    assert provisioning.attributes == {"serial": "1f"}
    with pytest.raises(TypeError):
        provisioning.attributes["serial"] = "20"  # type: ignore[index]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"thing_type": ""}, "thing_type: '': as a name AWS IoT takes 1 to 128 of a-z A-Z 0-9 : _ -"),
        ({"thing_type": "zym key"}, "thing_type: 'zym key': as a name"),
        ({"thing_type": "z" * 129}, "thing_type: 'zzz"),
        ({"thing_type": "zymkey\n"}, r"thing_type: 'zymkey\n': as a name"),
        ({"thing_type": 5}, "thing_type: 5: as a name"),
        ({"billing_group": "pumps/eu"}, "billing_group: 'pumps/eu': as a name"),
        ({"groups": ("fleet", "gerät")}, "groups: 'gerät': as a name"),
        ({"groups": ("fleet", "fleet")}, "groups: a group is named twice"),
        ({"groups": tuple(map(str, range(11)))}, "groups: 11 groups; a thing is in at most 10"),
        ({"groups": "fleet"}, "groups: 'fleet' is no tuple"),
        ({"attributes": {"": "x"}}, "attributes: '': as an attribute's name AWS IoT takes"),
        ({"attributes": {"a b": "x"}}, "attributes: 'a b': as an attribute's name"),
        ({"attributes": {"a" * 129: "x"}}, "attributes: 'aaa"),
        (
            {"attributes": {"place": "Santa Barbara"}},
            "attributes.place: 'Santa Barbara': as an attribute's value",
        ),
        ({"attributes": {"place": ""}}, "attributes.place: '': as an attribute's value"),
        ({"attributes": {"place": "x" * 801}}, "attributes.place: 'xxx"),
        ({"attributes": {"place": None}}, "attributes.place: None: as an attribute's value"),
        (
            {"attributes": dict.fromkeys("abcd", "x")},
            "attributes: 4 attributes; a thing without a thing type has at most 3",
        ),
        (
            {"attributes": {str(n): "x" for n in range(51)}, "thing_type": "zymkey"},
            "attributes: 51 attributes; a thing has at most 50",
        ),
        ({"attributes": ["serial"]}, "attributes: ['serial'] is no mapping"),
        ({"adopt_existing": "no"}, "adopt_existing: 'no' is neither yes nor no"),
    ],
)
def test_what_aws_would_not_take_is_refused_by_name(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidProvisioning) as invalid:
        Provisioning(**fields)

    assert str(invalid.value).startswith(message)
    assert len(str(invalid.value)) < 400


def test_fifty_attributes_go_with_a_thing_type() -> None:
    assert Provisioning(thing_type="zymkey", attributes={str(n): "x" for n in range(50)})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["thing_type", "attributes", "groups", "billing_group", "adopt_existing", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=9,
)


@given(json_values.map(json.dumps) | st.text())
def test_whatever_stands_in_the_table_is_read_or_called_invalid(text: str) -> None:
    item = RECORD.to_item() | {"provisioning": {"S": text}}
    try:
        record = IssuanceRecord.from_item(item)
    except InvalidRecord:
        return

    assert record.provisioning == Provisioning.from_json(record.provisioning.to_json())


@pytest.mark.parametrize(
    "value",
    [
        {"S": ""},
        {"S": "zymkey"},
        {"S": "[" * 100_000},
        {"S": "[]"},
        {"S": '{"thing_type":"zym key"}'},
        {"S": '{"groups":"fleet"}'},
        {"S": '{"shadow":"{}"}'},
        {"N": "5"},
    ],
)
def test_what_cannot_be_read_is_an_invalid_record(value: Any) -> None:
    with pytest.raises(InvalidRecord, match=RECORD.certificate_id):
        IssuanceRecord.from_item(RECORD.to_item() | {"provisioning": value})


def test_a_record_holds_nothing_else_as_its_provisioning() -> None:
    with pytest.raises(InvalidRecord, match="provisioning"):
        replace(RECORD, provisioning={"thing_type": "zymkey"})  # type: ignore[arg-type]
