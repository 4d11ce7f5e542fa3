"""Whatever comes together: no diagnosis fails, or says "nothing" of a device that stays out."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contract import SecondCertificate
from jitr.diagnosis.diagnosis import Answer, diagnose
from jitr.diagnosis.facts import Attachment, Facts, Kind, Question, RegisteredCa, Thing
from jitr.diagnosis.json_form import fields
from jitr.diagnosis.part import Unread
from jitr.diagnosis.way import DeadLetter, DeadLetters, Denial, Rule, Way
from jitr.diagnosis.words import lines
from records.state import TOMBSTONES, State
from tests.unit.diagnosis.cases import (
    AGO,
    AUTHORITY,
    CERTIFICATE,
    CONSUMER,
    DAY,
    DEVICE_POLICY,
    FRESH,
    FUNCTION,
    HOLDER,
    LEAF,
    NOW,
    OTHER_CA,
    QUEUE,
    RECORD,
    RULE,
    THING,
    allow,
    authority,
    deny,
    held,
)

CLOSED = Unread("it", "AccessDenied")
TRUNCATED = replace(DEVICE_POLICY, name="cut", document=DEVICE_POLICY.document[:-9])
GOOD: dict[str, list[Any]] = {
    "leaf": [LEAF],
    "authority": [AUTHORITY, authority(state="trusted")],
    "record": [RECORD],
    "holder": [RECORD, replace(HOLDER, not_after=NOW), None],
    "thing": [Thing(THING)],
    "attached": [(Attachment(THING),), (Attachment(THING, exclusive=True),)],
    "policies": [
        (DEVICE_POLICY,),
        (held(allow("iot:*", "*")),),
        (DEVICE_POLICY, held(deny("iot:Publish", "topic/x"))),
    ],
    "rules": [(RULE,), (RULE, replace(RULE, disabled=True))],
    "rule_denials": [()],
    "queue": [QUEUE, replace(QUEUE, waiting=9)],
    "consumer": [CONSUMER, replace(CONSUMER, state="Updating")],
    "function": [FUNCTION],
    "denials": [()],
    "dead_letters": [DeadLetters(), CLOSED],
}
"""What lets a device in."""
BAD: dict[str, list[Any]] = {
    "leaf": [replace(LEAF, not_after=AGO), replace(LEAF, not_before=NOW + DAY), replace(LEAF, unfit="so")],
    "authority": [
        None,
        authority(signed=False),
        authority(signed=None),
        authority(held=None),
        authority(held=CLOSED),
        *(authority(held=RegisteredCa(s, a)) for s, a in (("INACTIVE", "ENABLE"), ("ACTIVE", "DISABLE"))),
        authority(held=RegisteredCa("ACTIVE", "ENABLE", "jitp")),
    ],
    "record": [
        None,
        replace(RECORD, issuer=OTHER_CA),
        *(replace(RECORD, state=state, updated_at=AGO) for state in sorted({*TOMBSTONES, State.REGISTERED})),
    ],
    "holder": [HOLDER],
    "thing": [None],
    "attached": [(), (Attachment("pump-2"),), (Attachment("pump-2", exclusive=True),)],
    "policies": [
        (),
        (TRUNCATED,),
        (held(allow("iot:Publish", "*")),),
        (held(allow("iot:Connect", "client/pump-?", Condition={"Bool": {"aws:SecureTransport": "true"}})),),
        (DEVICE_POLICY, held(deny("iot:Connect", "*"))),
    ],
    "rules": [(), (Rule("gone", own=True, there=False),), (replace(RULE, queues=("https://x/1/other",)),)],
    "rule_denials": [(Denial("sqs:SendMessage", QUEUE.arn),)],
    "queue": [None],
    "consumer": [None, replace(CONSUMER, state="Disabled"), replace(CONSUMER, result="PROBLEM: x")],
    "function": [None, replace(FUNCTION, reserved=0), replace(FUNCTION, state="Inactive")],
    "denials": [(Denial("iot:CreateThing", "*", explicit=True),)],
    "dead_letters": [DeadLetters((DeadLetter("m", None),), 1, 1)],
}
"""What keeps it out, or may; every part may be closed to the reader besides."""
OF_THE_WAY = ("rules", "rule_denials", "queue", "consumer", "function", "denials", "dead_letters")
MATTERS = {
    "ACTIVE": ("leaf", "thing", "attached", "policies"),
    None: ("leaf", "authority", "record", "holder", *OF_THE_WAY),
}
STATUSES = ["ACTIVE", "INACTIVE", "REVOKED", "PENDING_ACTIVATION", "PENDING_TRANSFER", None]


@st.composite
def facts(draw: st.DrawFn) -> tuple[Facts, bool]:
    """Any facts, and whether the device may connect, or register by connecting."""
    status = draw(st.sampled_from(STATUSES))
    spoiled = draw(st.sets(st.sampled_from(sorted(GOOD)), max_size=3))
    parts = {
        name: draw(st.sampled_from([*BAD[name], *([CLOSED] if name not in {"leaf", "dead_letters"} else [])]))
        if name in spoiled
        else draw(st.sampled_from(GOOD[name]))
        for name in GOOD
    }
    way = Way(**{name: parts.pop(name) for name in OF_THE_WAY})
    made = replace(
        FRESH,
        **parts,
        way=way,
        certificate=replace(CERTIFICATE, status=status) if status else None,
        second_certificate=SecondCertificate.REFUSE,
    )
    return made, status in MATTERS and not spoiled & set(MATTERS[status])


@settings(max_examples=400, deadline=None)
@given(facts())
def test_nothing_is_said_exactly_of_devices_that_come_in(case: tuple[Facts, bool]) -> None:
    made, comes_in = case
    assert (diagnose(made).answer is Answer.NOTHING) is comes_in


@settings(max_examples=100, deadline=None)
@given(facts())
def test_every_diagnosis_can_be_said(case: tuple[Facts, bool]) -> None:
    diagnosis = diagnose(case[0])
    assert json.loads(json.dumps(fields(diagnosis)))["answer"] == diagnosis.answer
    assert all(isinstance(line, str) for line in lines(diagnosis))
    assert (diagnosis.answer is Answer.SOMETHING) is bool(diagnosis.findings)


@settings(max_examples=100, deadline=None)
@given(facts())
def test_no_cause_is_given_twice(case: tuple[Facts, bool]) -> None:
    causes = [finding.cause for finding in diagnose(case[0]).findings]
    assert len(causes) == len(set(causes))


@given(st.sampled_from(["pump-2", "PUMP-1", "pump-1x", ""]))
def test_another_client_id_is_never_let_in(client_id: str) -> None:
    question = Question(Kind.THING, THING, client_id or "x")
    online = replace(
        FRESH,
        question=question,
        certificate=CERTIFICATE,
        thing=Thing(THING),
        attached=(Attachment(THING),),
        policies=(DEVICE_POLICY,),
    )
    assert diagnose(online).answer is Answer.SOMETHING
