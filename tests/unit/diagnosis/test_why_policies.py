"""Policies, evaluated as AWS IoT does; what is not understood is never guessed."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jitr.diagnosis.policy.conditions import Holds
from jitr.diagnosis.policy.connection import Connection
from jitr.diagnosis.policy.evaluation import Document, evaluate, read_document
from tests.unit.diagnosis.cases import PLACE, allow, deny

PUMP = Connection(
    "pump-1",
    thing="pump-1",
    thing_type="pump",
    attributes={"site": "north", "wild": "a*"},
    subject={"common_name": "pump-1", "organization": "Works"},
    issuer={"common_name": "Works CA"},
)
LONELY = Connection("pump-1")
"""A certificate that is attached to no thing."""


def answer(
    *statements: dict[str, Any],
    action: str = "iot:Connect",
    on: str = "client/pump-1",
    as_: Connection = PUMP,
) -> Holds:
    return evaluate([Document("p", statements)], action, PLACE.arn(on), as_).allowed


def test_without_a_policy_nothing_is_allowed() -> None:
    assert evaluate([], "iot:Connect", PLACE.arn("client/x"), PUMP).allowed is Holds.NO


@pytest.mark.parametrize(
    ("action", "resource", "allowed"),
    [
        ("iot:Connect", "client/pump-1", Holds.YES),
        ("IOT:connect", "client/pump-1", Holds.YES),
        ("iot:Con*", "client/pump-?", Holds.YES),
        ("iot:*", "*", Holds.YES),
        (["iot:Publish", "iot:Connect"], "client/*", Holds.YES),
        ("iot:Publish", "client/pump-1", Holds.NO),
        ("iot:Connect", "client/pump-2", Holds.NO),
        ("iot:Connect", "client/PUMP-1", Holds.NO),
        ("iot:Connect", "client/pump-1?", Holds.NO),
        ("iot:Connect", "topic/pump-1", Holds.NO),
    ],
)
def test_actions_and_resources_have_wildcards(action: Any, resource: str, allowed: Holds) -> None:
    assert answer(allow(action, resource)) is allowed


def test_a_star_alone_is_every_resource() -> None:
    assert answer({"Effect": "Allow", "Action": "*", "Resource": "*"}) is Holds.YES


def test_a_deny_wins() -> None:
    verdict = evaluate(
        [Document("yes", (allow("iot:*", "*"),)), Document("no", (deny("iot:Connect", "client/*"),))],
        "iot:Connect",
        PLACE.arn("client/pump-1"),
        PUMP,
    )
    assert (verdict.allowed, verdict.allowing, verdict.denying) == (Holds.NO, ("yes",), ("no",))


@pytest.mark.parametrize(
    "name",
    [
        "${iot:ClientId}",
        "${iot:Connection.Thing.ThingName}",
        "${iot:connection.thing.thingname}",
        "${iot:Certificate.Subject.CommonName}",
        "pump${iot:Connection.Thing.Attributes[none]}",
        "pum${*}",
    ],
)
def test_variables_stand_for_what_they_name(name: str) -> None:
    expected = Holds.NO if "none" in name or "*" in name else Holds.YES
    assert answer(allow("iot:Connect", f"client/{name}")) is expected


def test_a_thing_s_variables_stand_for_nothing_without_a_thing() -> None:
    statement = allow("iot:Connect", "client/${iot:Connection.Thing.ThingName}")
    assert answer(statement, as_=LONELY) is Holds.NO


def test_a_value_with_wildcards_reaches_beyond_nothing() -> None:
    statement = allow("iot:Publish", "topic/${iot:Connection.Thing.Attributes[wild]}")
    assert answer(statement, action="iot:Publish", on="topic/abc") is Holds.NO
    assert (
        answer(
            allow("iot:Connect", "client/${iot:ClientId}"), on="client/x", as_=replace(PUMP, client_id="*")
        )
        is Holds.NO
    )


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"Bool": {"iot:Connection.Thing.IsAttached": ["true"]}}, Holds.YES),
        ({"Bool": {"iot:Connection.Thing.IsAttached": False}}, Holds.NO),
        ({"StringEquals": {"iot:Connection.Thing.ThingTypeName": "pump"}}, Holds.YES),
        ({"StringEquals": {"iot:Connection.Thing.ThingTypeName": "pu*"}}, Holds.NO),
        ({"StringLike": {"iot:Connection.Thing.ThingTypeName": "pu*"}}, Holds.YES),
        ({"StringNotEquals": {"iot:Connection.Thing.ThingTypeName": ["valve", "pump"]}}, Holds.NO),
        ({"StringNotLike": {"iot:Connection.Thing.Attributes[site]": "south*"}}, Holds.YES),
        ({"StringEquals": {"iot:ClientId": "${iot:Certificate.Subject.CommonName}"}}, Holds.YES),
        ({"StringEquals": {"iot:Certificate.Issuer.CommonName": "Works CA"}}, Holds.YES),
        ({"StringEquals": {"iot:Connection.Thing.Attributes[none]": "x"}}, Holds.NO),
        ({"StringNotEquals": {"iot:Connection.Thing.Attributes[none]": "x"}}, Holds.YES),
        (
            {
                "StringEquals": {"iot:ClientId": "pump-1"},
                "Bool": {"iot:Connection.Thing.IsAttached": "false"},
            },
            Holds.NO,
        ),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, Holds.UNKNOWN),
        ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, Holds.UNKNOWN),
        ({"ForAnyValue:StringEquals": {"iot:ClientId": "pump-1"}}, Holds.UNKNOWN),
        ({"StringEqualsIfExists": {"iot:ClientId": "pump-1"}}, Holds.UNKNOWN),
        (
            {"IpAddress": {"aws:SourceIp": "x"}, "Bool": {"iot:Connection.Thing.IsAttached": "false"}},
            Holds.NO,
        ),
        ("nonsense", Holds.UNKNOWN),
        ({"Bool": "nonsense"}, Holds.UNKNOWN),
    ],
)
def test_conditions_hold_do_not_or_are_not_understood(condition: Any, holds: Holds) -> None:
    assert answer(allow("iot:Connect", "*", Condition=condition)) is holds


def test_a_deny_that_is_not_understood_leaves_it_open() -> None:
    doubtful = deny("iot:Connect", "*") | {"Condition": {"IpAddress": {"aws:SourceIp": "x"}}}
    assert answer(allow("iot:*", "*"), doubtful) is Holds.UNKNOWN
    assert answer(doubtful) is Holds.NO


def test_an_allow_that_is_understood_is_enough() -> None:
    doubtful = allow("iot:*", "*", Condition={"IpAddress": {"aws:SourceIp": "x"}})
    assert answer(doubtful, allow("iot:Connect", "*")) is Holds.YES


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow", "NotAction": "iot:Publish", "Resource": "*"},
        {"Effect": "Allow", "Action": "iot:Connect", "NotResource": "x"},
        {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*${aws:SourceIp}"},
        {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*${iot:Certificate.Subject.CommonName.2}"},
    ],
)
def test_what_is_not_understood_is_neither_yes_nor_no(statement: dict[str, Any]) -> None:
    verdict = evaluate([Document("odd", (statement,))], "iot:Connect", PLACE.arn("client/pump-1"), PUMP)
    assert (verdict.allowed, verdict.unclear) == (Holds.UNKNOWN, ("odd",))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"Statement": ["x"]}', '{"Statement": {"Effect": "allow"}}', '"x"', "[" * 9999]
)
def test_a_broken_document_is_said_to_be_broken(text: str) -> None:
    assert read_document("p", text).broken is not None


def test_a_document_may_have_a_single_statement() -> None:
    assert read_document("p", json.dumps({"Statement": allow("iot:*", "*")})).statements


@given(st.text(), st.text())
def test_only_the_very_text_matches_without_wildcards(text: str, other: str) -> None:
    plain = "".join(character for character in text if character not in "*?$")
    statement = {"Effect": "Allow", "Action": "a", "Resource": plain}
    verdict = evaluate([Document("p", (statement,))], "a", other, PUMP)
    assert (verdict.allowed is Holds.YES) is (plain == other)


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["Effect", "Action", "Resource", "Condition", "Statement", "Allow"]), inner
            )
        ),
    )
)
def test_no_document_ends_the_evaluation(document: object) -> None:
    policy = read_document("p", json.dumps({"Statement": document}))
    evaluate([policy], "iot:Connect", PLACE.arn("client/x"), PUMP)
