"""Facts about a device with nothing in its way, to be spoiled one by one."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from jitr.diagnosis.facts import (
    Attachment,
    Authority,
    Facts,
    HeldPolicy,
    Kind,
    Place,
    Question,
    RegisteredCa,
    RegisteredCertificate,
    Thing,
)
from jitr.diagnosis.leaf import Leaf
from jitr.diagnosis.rules.rule import events_of
from jitr.diagnosis.way import Consumer, Function, Queue, Rule, Way
from records.record import IssuanceRecord
from records.state import State

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
AGO = NOW - timedelta(hours=1)
DAY = timedelta(days=1)
ID, OTHER, CA, OTHER_CA = "1" * 64, "4" * 64, "a" * 64, "b" * 64
THING = "pump-1"
QUEUE_URL = "https://sqs.eu-west-1.amazonaws.com/111122223333/registration"
PLACE = Place("prod", "eu-west-1", "111122223333")

RECORD = IssuanceRecord(
    certificate_id=ID,
    thing_name=THING,
    subject="CN=pump-1",
    serial="1f",
    public_key_hash="2" * 64,
    issuer=CA,
    issued_at=AGO,
    not_before=AGO,
    not_after=NOW + 365 * DAY,
    certificate="-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
    request_digest="3" * 64,
)
HOLDER = replace(RECORD, certificate_id=OTHER, state=State.REGISTERED, registered_at=AGO)
LEAF = Leaf(ID, AGO, NOW + 365 * DAY, "CN=pump-1", "CN=CA", fields={"common_name": THING})
CERTIFICATE = RegisteredCertificate(ID, PLACE.arn(f"cert/{ID}"), "ACTIVE", CA, created=AGO, changed=AGO)
AUTHORITY = Authority(
    CA, "CN=CA", name="fleet", state="issuing", held=RegisteredCa("ACTIVE", "ENABLE"), signed=True
)


def allow(action: str | list[str], resource: str, **more: Any) -> dict[str, Any]:
    """A statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": PLACE.arn(resource), **more}


def deny(action: str, resource: str) -> dict[str, Any]:
    """A statement that denies."""
    return {"Effect": "Deny", "Action": action, "Resource": PLACE.arn(resource)}


def held(*statements: dict[str, Any], name: str = "own", target: str = CERTIFICATE.arn) -> HeldPolicy:
    """A policy and its holder."""
    return HeldPolicy(name, json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), target)


ATTACHED = {"Bool": {"iot:Connection.Thing.IsAttached": ["true"]}}
NAME = "${iot:Connection.Thing.ThingName}"
DEVICE_POLICY = held(
    allow("iot:Connect", f"client/{NAME}", Condition=ATTACHED),
    allow(["iot:Publish", "iot:Receive"], f"topic/{NAME}/*"),
    allow("iot:Subscribe", f"topicfilter/{NAME}/*"),
    name="device",
)
RULE = Rule("fleet_rule", own=True, sql=events_of(CA), queues=(QUEUE_URL,))
QUEUE = Queue(QUEUE_URL, "arn:aws:sqs:eu-west-1:111122223333:registration")
CONSUMER = Consumer("uuid", "Enabled", AGO)
FUNCTION = Function(
    "registrar", "arn:aws:iam::111122223333:role/registrar", "/logs", authorities=frozenset({CA})
)
WAY = Way((RULE,), (), QUEUE, CONSUMER, FUNCTION)

FRESH = Facts(
    Question(Kind.CERTIFICATE, ID),
    PLACE,
    NOW,
    certificate_id=ID,
    thing_name=THING,
    device_policy="device",
    leaf=LEAF,
    authority=AUTHORITY,
    record=RECORD,
    holder=RECORD,
    way=WAY,
)
"""Signed, recorded, and never connected."""

PENDING = replace(FRESH, certificate=replace(CERTIFICATE, status="PENDING_ACTIVATION"))
"""Announced an hour ago, and nothing came of it."""

ONLINE = replace(
    FRESH,
    certificate=CERTIFICATE,
    record=replace(RECORD, state=State.REGISTERED, registered_at=AGO),
    thing=Thing(THING),
    attached=(Attachment(THING, exclusive=True),),
    policies=(DEVICE_POLICY,),
)
"""Registered, and connects."""


def way(**changes: Any) -> Way:
    """The way in, changed."""
    return replace(WAY, **changes)


def authority(**changes: Any) -> Authority:
    """The authority, changed."""
    return replace(AUTHORITY, **changes)
