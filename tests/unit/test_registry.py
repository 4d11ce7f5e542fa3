"""What the registry takes is what the service's own model says, except where we are stricter."""

import re

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from hypothesis import given
from hypothesis import strategies as st

import registry
from registry import UnfitForRegistry

MODEL = ServiceModel(Loader().load_service_model("iot", "service-2"))


@pytest.mark.parametrize("shape", ["ThingName", "ThingTypeName", "ThingGroupName", "BillingGroupName"])
@given(text=st.text("aZ0:_-./ \né", max_size=130))
def test_names_are_what_the_service_takes(shape: str, text: str) -> None:
    assert bool(registry.NAME.fullmatch(text)) == taken(shape, text)


@given(text=st.text("aZ0_.,@/:#-=[] \né", max_size=130))
def test_attribute_names_are_what_the_service_takes(text: str) -> None:
    assert bool(registry.ATTRIBUTE_NAME.fullmatch(text)) == (text != "" and taken("AttributeName", text))


@given(text=st.text("aZ0_.,@/:#=[]- \né", max_size=10) | st.text("a", min_size=799, max_size=801))
def test_attribute_values_are_what_the_service_takes_and_not_empty(text: str) -> None:
    assert bool(registry.ATTRIBUTE_VALUE.fullmatch(text)) == (text != "" and taken("AttributeValue", text))


def test_an_empty_value_stands_for_an_attribute_to_be_removed() -> None:
    said = MODEL.shape_for("AttributePayload").members["merge"].documentation

    assert "To remove an attribute, call <code>UpdateThing</code> with an empty attribute value" in said


@pytest.mark.parametrize(("count", "typed"), [(0, False), (3, False), (3, True), (50, True)])
def test_so_many_attributes_are_taken(count: int, *, typed: bool) -> None:
    registry.check_attribute_count(count, typed=typed)


@pytest.mark.parametrize(("count", "typed"), [(4, False), (51, False), (51, True)])
def test_more_are_not(count: int, *, typed: bool) -> None:
    with pytest.raises(UnfitForRegistry, match=f"{count} attributes"):
        registry.check_attribute_count(count, typed=typed)


def taken(shape: str, text: str) -> bool:
    """Tell whether a shape of the model takes a text."""
    rules = MODEL.shape_for(shape).metadata
    fits = re.fullmatch(rules["pattern"], text) is not None
    return fits and rules.get("min", 0) <= len(text) <= rules["max"]
