"""What an HTTPS request of a device means, whatever stands in it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jitr.local.front.ministack import InvalidError
from jitr.local.front.publication import RefusedError, Request, understood

VISIBLE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)  # all that h11 lets into a target
PIECES = st.sampled_from(
    ["/topics/", "a/b", "%2F", "%FF", "%00", "%24aws/", "?", "qos=", "1", "&", "retain=true"]
)
HEADERS = st.dictionaries(
    st.sampled_from(["x-amz-mqtt5-user-properties", "x-amz-mqtt5-correlation-data"]), st.text(max_size=40)
)


def post(target: str) -> Request:
    return Request("POST", target, {}, b"{}")


def test_a_topic_is_decoded_once() -> None:
    assert understood(post("/topics/a%2Fb%20c%252F")).topic == "a/b c%2F"


@pytest.mark.parametrize(("query", "qos"), [("", 0), ("?qos=0", 0), ("?qos=1", 1)])
def test_without_a_quality_of_service_it_is_zero(query: str, qos: int) -> None:
    assert understood(post(f"/topics/a{query}")).qos == qos


@given(st.lists(PIECES | st.text(VISIBLE, max_size=10), max_size=20).map("".join), HEADERS)
def test_a_target_is_understood_or_refused_and_nothing_else(target: str, headers: dict[str, str]) -> None:
    with suppress(RefusedError, InvalidError):
        assert understood(Request("POST", f"/topics/{target}", headers, b"")).topic
