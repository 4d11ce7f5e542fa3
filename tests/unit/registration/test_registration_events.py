"""Events are untrusted: whatever comes, it is read or refused with a reason, and lets nobody in."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.events import LONGEST_BODY, RegistrationEvent, read_event
from registration.refusal import Refused
from registration.settings import Settings
from tests.unit.registration.conftest import Lines
from tests.unit.registration.world import AUTHORITY, OTHER_AUTHORITY, Device, World, new_world

SETTINGS = World.settings
CERTIFICATE = "1" * 64
EVENT = Device(CERTIFICATE, "pump-1").event

any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)
mutated = st.builds(
    lambda name, value: EVENT | {name: value}, st.sampled_from(sorted(EVENT)), any_json
) | st.builds(
    lambda name: {key: value for key, value in EVENT.items() if key != name}, st.sampled_from(sorted(EVENT))
)
bodies = (
    mutated.map(json.dumps)
    | any_json.map(json.dumps)
    | st.text()
    | st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape"))
    | st.integers(0, len(json.dumps(EVENT))).map(lambda end: json.dumps(EVENT)[:end])
)


GENUINE = RegistrationEvent(CERTIFICATE, AUTHORITY)


def read_or_reason(body: str) -> RegistrationEvent | str:
    """Read an event; give the reason where it is refused."""
    try:
        return read_event(body, SETTINGS)
    except Refused as refused:
        return refused.reason


def refusal(body: str, configured: Settings = SETTINGS) -> Refused:
    """Read an event that must be refused."""
    with pytest.raises(Refused) as refused:
        read_event(body, configured)
    return refused.value


def test_the_first_event_about_a_certificate_is_read() -> None:
    assert read_event(json.dumps(EVENT), SETTINGS) == GENUINE


@pytest.mark.parametrize(
    "variation",
    [
        pytest.param({"certificateRegistrationTimestamp": "1700000000000"}, id="repeated"),
        pytest.param({"certificateRegistrationTimestamp": 1700000000000}, id="repeated-number"),
        pytest.param({"sourceIp": "203.0.113.7"}, id="source-address"),
        pytest.param({"timestamp": "soon"}, id="timestamp-of-another-type"),
        pytest.param({"addedByAws": {"in": ["2031"]}}, id="unknown-field"),
    ],
)
def test_what_aws_varies_in_an_event_is_no_obstacle(variation: dict[str, Any]) -> None:
    assert read_event(json.dumps(EVENT | variation), SETTINGS) == GENUINE


@pytest.mark.parametrize(
    ("variation", "problem"),
    [
        ({"certificateId": None}, "certificateId is None"),
        ({"certificateId": "1" * 63}, "certificateId is '1111"),
        ({"certificateId": "1" * 64 + "\n"}, "certificateId is '1111"),
        ({"certificateId": "A" * 64}, "certificateId is 'AAAA"),
        ({"certificateId": "../" + "1" * 61}, "certificateId is '../1"),
        ({"certificateId": ["1" * 64]}, "certificateId is ['1111"),
        ({"caCertificateId": 7}, "caCertificateId is 7"),
        ({"awsAccountId": 123456789012}, "awsAccountId is 123456789012"),
        ({"awsAccountId": "\u0661" * 12}, "awsAccountId is '\u0661"),
        ({"certificateStatus": "ACTIVE"}, "certificateStatus is 'ACTIVE'"),
    ],
)
def test_a_malformed_field_is_named(variation: dict[str, Any], problem: str) -> None:
    refused = refusal(json.dumps(EVENT | variation))

    assert refused.reason == "malformed"
    assert str(refused).startswith(problem)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "The body is not JSON"),
        ("\x00\ud800", "The body is not JSON"),
        ('{"certificateId": ' + "9" * 5000 + "}", "The body is not JSON"),
        ("[" * LONGEST_BODY, "The body is not JSON"),
        ("[]", "The body is a JSON list"),
        ("null", "The body is a JSON NoneType"),
        (" " * (LONGEST_BODY + 1), "The body has 8193 characters"),
    ],
    ids=["empty", "not-text", "endless-number", "deeply-nested", "list", "null", "too-large"],
)
def test_a_body_that_is_no_event_is_refused(body: str, problem: str) -> None:
    refused = refusal(body)

    assert refused.reason == "malformed"
    assert str(refused).startswith(problem)


def test_an_event_of_another_account_is_refused() -> None:
    assert refusal(json.dumps(EVENT | {"awsAccountId": "210987654321"})).reason == "wrong_account"


def test_an_event_of_an_authority_that_is_not_ours_is_refused() -> None:
    assert refusal(json.dumps(EVENT | {"caCertificateId": OTHER_AUTHORITY})).reason == "wrong_ca"


@pytest.mark.parametrize(
    ("variation", "reason"),
    [
        ({"certificateId": "x"}, "malformed"),
        ({"awsAccountId": "210987654321"}, "wrong_account"),
        ({"caCertificateId": OTHER_AUTHORITY}, "wrong_ca"),
    ],
)
def test_an_event_that_can_never_succeed_is_reported_and_goes_to_the_dead_letters(
    world: World, lines: Lines, variation: dict[str, Any], reason: str
) -> None:
    body = json.dumps(EVENT | variation)

    failed = world.deliver_bodies(body)

    assert failed == []
    assert world.queues.buried == [(reason, body)]
    assert world.function.operations == []
    assert [(line["Outcome"], line["Reason"]) for line in lines()] == [("refused", reason)]


@given(body=bodies)
def test_reading_gives_the_event_or_a_refusal(body: str) -> None:
    assert read_or_reason(body) in {"malformed", "wrong_account", "wrong_ca", GENUINE}


@settings(deadline=None, max_examples=60)
@given(batch=st.lists(bodies, max_size=10))
def test_no_batch_crashes_the_function_or_lets_anybody_in(batch: list[str]) -> None:
    with new_world() as world:
        failed = world.deliver_bodies(*batch)

        assert len(failed) <= len(batch)
        assert "ACTIVE" not in world.function.statuses


@settings(deadline=None, max_examples=30)
@given(batch=st.lists(bodies, max_size=5))
def test_a_genuine_device_gets_in_whatever_surrounds_it(batch: list[str]) -> None:
    with new_world() as world:
        device = world.issued_device()

        world.deliver_bodies(*batch, json.dumps(device.event), *batch)

        assert world.status(device) == "ACTIVE"
