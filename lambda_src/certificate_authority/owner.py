"""Who made a registration: written on it as tags, so that nobody touches another's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RESERVED = "jitr:"
"""Tags of this project begin so; people's must not."""

STACK = RESERVED + "stack"
RESOURCE = RESERVED + "resource"
UNFINISHED = RESERVED + "unfinished"
"""On a registration from its beginning until everything is done: a run that died leaves it there."""

LONGEST_VALUE = 256
"""Characters of a tag's value (AWS IoT, `Tag`)."""


@dataclass(frozen=True)
class Owner:
    """A custom resource: name of its stack, and its logical id there.

    It is the stack's name, not its ARN: what the first try of a stack left behind, the second one clears
    away. At any time there is only one stack of a name in an account and Region, as with authorities.
    """

    stack: str
    resource: str

    @property
    def tags(self) -> dict[str, str]:
        """The tags that say so."""
        return {STACK: self.stack, RESOURCE: self.resource}


def owner_in(tags: Mapping[str, str]) -> Owner | None:
    """Read who made a registration from its tags; None when they do not say."""
    return Owner(tags[STACK], tags[RESOURCE]) if STACK in tags and RESOURCE in tags else None


def owner_of(event: Mapping[str, Any]) -> Owner:
    """Read from an event of CloudFormation which resource it is about.

    Its `StackId` is `arn:<partition>:cloudformation:<region>:<account>:stack/<name>/<unique id>`.
    """
    stack = str(event["StackId"])
    name = stack.split("/")[1] if stack.count("/") > 1 else stack
    return Owner(name[:LONGEST_VALUE], str(event["LogicalResourceId"])[:LONGEST_VALUE])
