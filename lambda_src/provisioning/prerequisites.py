"""What a thing needs to be there already: its type and its groups, which are their owner's."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from records.provisioning import Provisioning

if TYPE_CHECKING:
    from mypy_boto3_iot import IoTClient
    from mypy_boto3_iot.type_defs import DescribeThingGroupResponseTypeDef

FRESH_FOR = timedelta(minutes=15)
"""How long something that was seen is taken to be there still."""

MOST_SEEN = 10_000
"""Names kept in a process that may live for hours, where a template gives each device a group of its own."""


class MissingPrerequisite(Exception):  # noqa: N818  # named for what is wrong
    """AWS IoT would refuse the thing as things stand.

    `reason` is a code for machines (snake case), the text says to a person what to do.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Prerequisites:
    """Looks for thing types, thing groups and billing groups; what it saw it takes to stay for a while."""

    def __init__(self, iot: "IoTClient") -> None:
        self._iot = iot
        self._seen: dict[tuple[str, str], tuple[datetime, str]] = {}

    def check(self, provisioning: Provisioning, now: datetime) -> None:
        """See that a thing may become all this.

        Raises:
            MissingPrerequisite: with the reason missing_thing_type, deprecated_thing_type, missing_group,
                dynamic_group, conflicting_groups or missing_billing_group.
            botocore.exceptions.ClientError: AWS refused a call.
        """
        if provisioning.thing_type is not None:
            self._once(self._thing_type, provisioning.thing_type, now)
        hierarchies: dict[str, str] = {}
        for group in provisioning.groups:
            root = self._once(self._root_of, group, now)
            if root in hierarchies:
                self._seen.clear()  # whoever mends the groups is not to wait until this is forgotten
                raise MissingPrerequisite(
                    "conflicting_groups",
                    f"groups: {hierarchies[root]} and {group} are both in the hierarchy of {root}; "
                    "a thing may be in one group of a hierarchy",
                )
            hierarchies[root] = group
        if provisioning.billing_group is not None:
            self._once(self._billing_group, provisioning.billing_group, now)

    def _once(self, look: Callable[[str], str], name: str, now: datetime) -> str:
        key = (look.__name__, name)
        when, found = self._seen.get(key, (None, ""))
        if when is None or now - when > FRESH_FOR:
            found = look(name)
            if len(self._seen) >= MOST_SEEN:
                self._seen.clear()
            self._seen[key] = (now, found)
        return found

    def _thing_type(self, name: str) -> str:
        try:
            answer = self._iot.describe_thing_type(thingTypeName=name)
        except self._iot.exceptions.ResourceNotFoundException:
            raise MissingPrerequisite(
                "missing_thing_type",
                f"thing_type: AWS IoT has no thing type {name}; create it (`aws iot create-thing-type`)",
            ) from None
        if answer.get("thingTypeMetadata", {}).get("deprecated"):
            raise MissingPrerequisite(
                "deprecated_thing_type",
                f"thing_type: {name} is deprecated and takes no new things; name another, or undo it "
                "(`aws iot deprecate-thing-type --undo-deprecate`)",
            )
        return name

    def _root_of(self, name: str) -> str:
        try:
            answer = self._iot.describe_thing_group(thingGroupName=name)
        except self._iot.exceptions.ResourceNotFoundException:
            raise MissingPrerequisite(
                "missing_group",
                f"groups: AWS IoT has no thing group {name}; create it (`aws iot create-thing-group`)",
            ) from None
        if answer.get("queryString"):
            raise MissingPrerequisite(
                "dynamic_group",
                f"groups: {name} is dynamic: its query says which things are in it; name a static one",
            )
        return _root(answer)

    def _billing_group(self, name: str) -> str:
        try:
            self._iot.describe_billing_group(billingGroupName=name)
        except self._iot.exceptions.ResourceNotFoundException:
            raise MissingPrerequisite(
                "missing_billing_group",
                f"billing_group: AWS IoT has no billing group {name}; create it "
                "(`aws iot create-billing-group`)",
            ) from None
        return name


def _root(group: "DescribeThingGroupResponseTypeDef") -> str:
    """Give the group at the top of a group's hierarchy (the group itself, if nothing is above it)."""
    metadata = group.get("thingGroupMetadata", {})
    above = metadata.get("rootToParentThingGroups")
    if above:
        return above[0]["groupName"]
    return metadata.get("parentGroupName") or group["thingGroupName"]
