"""What AWS IoT's registry takes: forms and numbers, looked at before AWS is asked.

Names and attributes: the service's API model (botocore, `iot` 2015-05-28: ThingName, ThingTypeName,
ThingGroupName, BillingGroupName, AttributeName, AttributeValue). Numbers: AWS IoT Core developer guide,
"Thing types" and "Static thing groups". Standard library only: settings, records and functions read it.
"""

import re
from collections.abc import Collection

NAME = re.compile(r"[a-zA-Z0-9:_-]{1,128}")
"""Names of things, thing types, thing groups and billing groups."""
NAME_FORM = "1 to 128 of a-z A-Z 0-9 : _ -"

ATTRIBUTE_NAME = re.compile(r"[a-zA-Z0-9_.,@/:#-]{1,128}")
ATTRIBUTE_NAME_FORM = "1 to 128 of a-z A-Z 0-9 _ . , @ / : # -"

ATTRIBUTE_VALUE = re.compile(r"[a-zA-Z0-9_.,@/:#=\[\]-]{1,800}")
"""The model would take an empty one, too: it stands for an attribute to be removed (AttributePayload)."""
ATTRIBUTE_VALUE_FORM = "1 to 800 of a-z A-Z 0-9 _ . , @ / : # = [ ] -"

MOST_ATTRIBUTES = 3
MOST_ATTRIBUTES_WITH_TYPE = 50
"""Their size needs no look: fifty of the longest are less than the 47 kB that a thing may have of them."""

MOST_GROUPS = 10
"""A thing is in at most so many, and in one at most of a hierarchy."""


class UnfitForRegistry(ValueError):  # noqa: N818  # named for what is wrong
    """A name, an attribute or a number that AWS IoT's registry does not take; the text says what it takes."""


def check_name(name: object) -> None:
    """See that a thing, thing type, thing group or billing group may have this name.

    Raises:
        UnfitForRegistry: it may not.
    """
    _check(name, NAME, f"as a name AWS IoT takes {NAME_FORM}")


def check_attribute_name(name: object) -> None:
    """See that an attribute of a thing may have this name.

    Raises:
        UnfitForRegistry: it may not.
    """
    _check(name, ATTRIBUTE_NAME, f"as an attribute's name AWS IoT takes {ATTRIBUTE_NAME_FORM}")


def check_attribute_value(value: object) -> None:
    """See that an attribute of a thing may have this value.

    Raises:
        UnfitForRegistry: it may not.
    """
    _check(value, ATTRIBUTE_VALUE, f"as an attribute's value AWS IoT takes {ATTRIBUTE_VALUE_FORM}")


def check_attribute_count(count: int, *, typed: bool) -> None:
    """See that a thing, with a thing type or without, may have so many attributes.

    Raises:
        UnfitForRegistry: it may not.
    """
    if count > MOST_ATTRIBUTES_WITH_TYPE:
        raise UnfitForRegistry(f"{count} attributes; a thing has at most {MOST_ATTRIBUTES_WITH_TYPE}")
    if not typed and count > MOST_ATTRIBUTES:
        raise UnfitForRegistry(
            f"{count} attributes; a thing without a thing type has at most {MOST_ATTRIBUTES}"
        )


def check_groups(groups: Collection[str]) -> None:
    """See that a thing may be in so many groups, and that none is named twice.

    Raises:
        UnfitForRegistry: it may not, or one is.
    """
    if len(groups) > MOST_GROUPS:
        raise UnfitForRegistry(f"{len(groups)} groups; a thing is in at most {MOST_GROUPS}")
    if len(set(groups)) != len(groups):
        raise UnfitForRegistry("a group is named twice")


def _check(text: object, form: re.Pattern[str], taken: str) -> None:
    if not isinstance(text, str) or not form.fullmatch(text):
        raise UnfitForRegistry(f"{text!r:.200}: {taken}")
