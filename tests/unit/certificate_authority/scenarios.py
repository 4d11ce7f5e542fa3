"""Events in an authority's life, each with what was there before it and what must be there after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.unit.certificate_authority.account import Account, Properties, renamed
from tests.unit.certificate_authority.events import RESOURCE, create, delete, update

OWNER_TAGS = {"jitr:stack": "test-jitr", "jitr:resource": RESOURCE["LogicalResourceId"]}
STANDING = {"open": ("ACTIVE", "ENABLE"), "closed": ("ACTIVE", "DISABLE"), "retired": ("INACTIVE", "DISABLE")}


@dataclass(frozen=True)
class Kind:
    """Who holds the key of an authority, and how AWS IoT finds it."""

    custody: str
    mode: str

    def __str__(self) -> str:
        return f"{self.custody} {self.mode}"


KINDS = [
    Kind(custody, mode)
    for custody in ("kms", "secrets_manager", "external")
    for mode in ("DEFAULT", "SNI_ONLY")
]


@dataclass
class Life:
    """An account, the properties that its authority was made with, and the answers so far."""

    account: Account
    properties: Properties
    answers: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [answer["PhysicalResourceId"] for answer in self.answers]


@dataclass(frozen=True)
class Scenario:
    """`before` prepares a life, `event` is what is tried, `after` says what must hold when it has succeeded.

    `rollback` is what CloudFormation sends when the event failed, if anything: it brings back the state
    from before.
    """

    name: str
    properties: Callable[[Properties], Properties]
    before: Callable[[Life], None]
    event: Callable[[Life], dict[str, Any]]
    after: Callable[[Life, dict[str, Any]], None]
    rollback: Callable[[Life], object] | None = None


def tagged(properties: Properties) -> Properties:
    return properties | {"Tags": {"team": "fleet", "site": "north"}}


def closed(properties: Properties) -> Properties:
    return properties | {"Openness": "closed", "Tags": {"team": "factory", "line": "2"}}


def retired(properties: Properties) -> Properties:
    return tagged(properties) | {"Openness": "retired"}


def opened(properties: Properties) -> Properties:
    return properties | {"Openness": "open"}


def nothing(_: Life) -> None:
    """Nothing is there before."""


def created(life: Life) -> None:
    life.answers.append(create(life.properties))


def replaced(life: Life) -> None:
    created(life)
    life.answers.append(update(life.ids[0], renamed(life.properties), life.properties))


def deregistered(life: Life) -> None:
    created(life)
    life.account.iot.lose_authorities()


def updated_to(change: Callable[[Properties], Properties]) -> Callable[[Life], dict[str, Any]]:
    return lambda life: update(life.ids[0], change(life.properties), life.properties)


def rolled_back_from(change: Callable[[Properties], Properties]) -> Callable[[Life], object]:
    return lambda life: update(life.ids[0], life.properties, change(life.properties))


def unchanged(properties: Properties) -> Properties:
    return properties


def stands(life: Life, ca_id: str, properties: Properties) -> None:
    """The authority is what the properties say, and finished."""
    registered = life.account.iot.authorities[ca_id]
    assert (registered["status"], registered["autoRegistrationStatus"]) == STANDING[properties["Openness"]]
    assert registered["certificateMode"] == properties["Mode"]
    assert life.account.iot.tags[ca_id] == OWNER_TAGS | properties["Tags"]


def alone(change: Callable[[Properties], Properties]) -> Callable[[Life, dict[str, Any]], None]:
    def check(life: Life, answer: dict[str, Any]) -> None:
        ca_id = answer["PhysicalResourceId"]
        assert list(life.account.iot.authorities) == [ca_id]
        assert life.account.parameter() == life.account.iot.authorities[ca_id]["certificatePem"]
        stands(life, ca_id, change(life.properties))

    return check


def beside_the_old_one(life: Life, answer: dict[str, Any]) -> None:
    new_id = answer["PhysicalResourceId"]
    assert list(life.account.iot.authorities) == [life.ids[0], new_id]
    assert life.account.parameter() == life.account.iot.authorities[new_id]["certificatePem"]
    stands(life, life.ids[0], life.properties)
    stands(life, new_id, renamed(life.properties))


def the_old_one_again(life: Life, answer: dict[str, Any]) -> None:
    """And the new one goes when CloudFormation cleans up."""
    assert answer["PhysicalResourceId"] == life.ids[0]
    delete(life.ids[1], renamed(life.properties))
    alone(unchanged)(life, answer)


def nothing_left(life: Life, _: dict[str, Any]) -> None:
    assert life.account.state() == (None, {}, {})


SCENARIOS = [
    Scenario("create", tagged, nothing, lambda life: create(life.properties), alone(unchanged)),
    Scenario("close", tagged, created, updated_to(closed), alone(closed), rolled_back_from(closed)),
    Scenario("open", retired, created, updated_to(opened), alone(opened), rolled_back_from(opened)),
    Scenario("retire", tagged, created, updated_to(retired), alone(retired), rolled_back_from(retired)),
    Scenario("mend", tagged, deregistered, updated_to(unchanged), alone(unchanged)),
    Scenario("replace", tagged, created, updated_to(renamed), beside_the_old_one, rolled_back_from(renamed)),
    Scenario(
        "roll back",
        tagged,
        replaced,
        lambda life: update(life.ids[1], life.properties, renamed(life.properties)),
        the_old_one_again,
    ),
    Scenario("delete", tagged, created, lambda life: delete(life.ids[0], life.properties), nothing_left),
]
