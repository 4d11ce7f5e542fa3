"""What a thing needs is looked for once in a while; what is not there is named with what to do."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from provisioning import prerequisites
from provisioning.prerequisites import FRESH_FOR, MissingPrerequisite, Prerequisites
from records.provisioning import Provisioning
from tests.unit.pki.moto_clients import client
from tests.unit.provisioning.examples import NoIot
from tests.unit.records.examples import NOON

PUMP = Provisioning(thing_type="zymkey", groups=("fleet", "pumps"), billing_group="works")


class Counting:
    """AWS IoT, with a count of the calls; a group may be told to have more in its description."""

    def __init__(self, iot: Any, **descriptions: dict[str, Any]) -> None:
        self._iot = iot
        self._descriptions = descriptions
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        self.calls[name] += 1
        return getattr(self._iot, name)

    def describe_thing_group(self, thingGroupName: str) -> dict[str, Any]:  # noqa: N803  # AWS's name
        self.calls["describe_thing_group"] += 1
        answer: dict[str, Any] = self._iot.describe_thing_group(thingGroupName=thingGroupName)
        return answer | self._descriptions.get(thingGroupName, {})


@pytest.fixture
def iot() -> Iterator[Any]:
    """An account in which all is there that a pump needs."""
    with mock_aws():
        aws = client("iot")
        aws.create_thing_type(thingTypeName="zymkey")
        aws.create_thing_group(thingGroupName="fleet")
        aws.create_thing_group(thingGroupName="pumps")
        aws.create_billing_group(billingGroupName="works")
        yield aws


def refusal(iot: Any, provisioning: Provisioning) -> MissingPrerequisite:
    with pytest.raises(MissingPrerequisite) as missing:
        Prerequisites(iot).check(provisioning, NOON)
    return missing.value


def test_what_is_there_is_enough(iot: Any) -> None:
    Prerequisites(iot).check(PUMP, NOON)


def test_for_a_thing_with_its_name_alone_aws_is_not_asked() -> None:
    Prerequisites(NoIot()).check(Provisioning(), NOON)  # type: ignore[arg-type]  # a stand-in


@pytest.mark.parametrize(
    ("provisioning", "reason", "text"),
    [
        (
            Provisioning(thing_type="none"),
            "missing_thing_type",
            "thing_type: AWS IoT has no thing type none; create it (`aws iot create-thing-type`)",
        ),
        (
            Provisioning(groups=("fleet", "none")),
            "missing_group",
            "groups: AWS IoT has no thing group none; create it (`aws iot create-thing-group`)",
        ),
        (
            Provisioning(billing_group="none"),
            "missing_billing_group",
            "billing_group: AWS IoT has no billing group none; create it (`aws iot create-billing-group`)",
        ),
    ],
)
def test_what_is_not_there_is_to_be_created(
    iot: Any, provisioning: Provisioning, reason: str, text: str
) -> None:
    refused = refusal(iot, provisioning)

    assert (refused.reason, str(refused)) == (reason, text)


def test_a_deprecated_thing_type_takes_no_new_things(iot: Any) -> None:
    iot.deprecate_thing_type(thingTypeName="zymkey")

    assert refusal(iot, PUMP).reason == "deprecated_thing_type"


def test_nothing_can_be_put_into_a_dynamic_group(iot: Any) -> None:
    dynamic = Counting(iot, pumps={"queryString": "thingName:pump*"})

    assert refusal(dynamic, PUMP).reason == "dynamic_group"


@pytest.mark.parametrize(("one", "other"), [("fleet", "eu"), ("eu", "us"), ("rome", "us"), ("fleet", "rome")])
def test_a_thing_is_in_one_group_of_a_hierarchy(iot: Any, one: str, other: str) -> None:
    iot.create_thing_group(thingGroupName="eu", parentGroupName="fleet")
    iot.create_thing_group(thingGroupName="us", parentGroupName="fleet")
    iot.create_thing_group(thingGroupName="rome", parentGroupName="eu")

    refused = refusal(iot, Provisioning(groups=("pumps", one, other)))

    assert refused.reason == "conflicting_groups"
    assert f"{one} and {other} are both in the hierarchy of fleet" in str(refused)


def test_groups_that_were_mended_are_looked_at_anew(iot: Any) -> None:
    looking = Prerequisites(iot)
    both = Provisioning(groups=("fleet", "eu"))
    iot.create_thing_group(thingGroupName="eu", parentGroupName="fleet")
    with pytest.raises(MissingPrerequisite):
        looking.check(both, NOON)

    iot.delete_thing_group(thingGroupName="eu")
    iot.create_thing_group(thingGroupName="eu")

    looking.check(both, NOON)


def test_what_was_seen_is_not_looked_for_again_for_fifteen_minutes(iot: Any) -> None:
    counting = Counting(iot)
    looking = Prerequisites(counting)  # type: ignore[arg-type]  # a stand-in

    looking.check(PUMP, NOON)
    looking.check(PUMP, NOON + FRESH_FOR)

    assert counting.calls == {
        "describe_thing_type": 1,
        "describe_thing_group": 2,
        "describe_billing_group": 1,
    }


def test_after_that_it_is(iot: Any) -> None:
    looking = Prerequisites(iot)
    looking.check(PUMP, NOON)
    iot.delete_thing_group(thingGroupName="pumps")

    with pytest.raises(MissingPrerequisite, match="no thing group pumps"):
        looking.check(PUMP, NOON + FRESH_FOR + timedelta(seconds=1))


def test_what_was_missing_is_looked_for_at_once(iot: Any) -> None:
    looking = Prerequisites(iot)
    new = Provisioning(thing_type="new")
    with pytest.raises(MissingPrerequisite):
        looking.check(new, NOON)

    iot.create_thing_type(thingTypeName="new")

    looking.check(new, NOON)


def test_a_group_and_a_type_of_one_name_are_two(iot: Any) -> None:
    looking = Prerequisites(iot)
    looking.check(Provisioning(groups=("fleet",)), NOON)

    with pytest.raises(MissingPrerequisite, match="no thing type fleet"):
        looking.check(Provisioning(thing_type="fleet"), NOON)


def test_memory_does_not_grow_with_the_names(iot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prerequisites, "MOST_SEEN", 2)
    looking = Prerequisites(iot)

    looking.check(PUMP, NOON)

    assert len(looking._seen) <= 2


def test_a_fault_of_aws_is_no_missing_prerequisite() -> None:
    class Throttled(NoIot):
        exceptions = client("iot").exceptions

        def describe_thing_type(self, **_: str) -> None:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "DescribeThingType")

    with pytest.raises(ClientError):
        Prerequisites(Throttled()).check(PUMP, NOON)  # type: ignore[arg-type]  # a stand-in
