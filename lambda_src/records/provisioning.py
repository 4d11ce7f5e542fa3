"""What a device's thing becomes, settled when its certificate is signed: the rendered template."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TypeVar

from registry import (
    UnfitForRegistry,
    check_attribute_count,
    check_attribute_name,
    check_attribute_value,
    check_groups,
    check_name,
)

T = TypeVar("T")


class InvalidProvisioning(ValueError):  # noqa: N818  # named for what is wrong
    """What a thing should become is not what AWS IoT takes; `key` names the part, as the settings do."""

    def __init__(self, key: str, message: object) -> None:
        super().__init__(f"{key}: {message}")
        self.key = key


def _check(key: str, check: Callable[[T], None], value: T) -> None:
    try:
        check(value)
    except UnfitForRegistry as unfit:
        raise InvalidProvisioning(key, unfit) from None


@dataclass(frozen=True, kw_only=True)
class Provisioning:
    """Type, attributes and groups of a thing, as AWS IoT takes them.

    Raises:
        InvalidProvisioning: AWS IoT would refuse a part of it, or it is of another type.
    """

    thing_type: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)
    groups: tuple[str, ...] = ()
    """Static thing groups."""
    billing_group: str | None = None
    adopt_existing: bool = False
    """Whether a thing of that name with another type or other attributes may be taken over."""

    def __post_init__(self) -> None:
        for key in ("thing_type", "billing_group"):
            if getattr(self, key) is not None:
                _check(key, check_name, getattr(self, key))
        self._check_attributes()
        self._check_groups()
        if not isinstance(self.adopt_existing, bool):
            raise InvalidProvisioning("adopt_existing", f"{self.adopt_existing!r:.200} is neither yes nor no")

    def _check_attributes(self) -> None:
        if not isinstance(self.attributes, Mapping):
            raise InvalidProvisioning("attributes", f"{self.attributes!r:.200} is no mapping")
        for name, value in self.attributes.items():
            _check("attributes", check_attribute_name, name)
            _check(f"attributes.{name}", check_attribute_value, value)
        typed = self.thing_type is not None
        _check("attributes", lambda count: check_attribute_count(count, typed=typed), len(self.attributes))
        object.__setattr__(self, "attributes", MappingProxyType(dict(self.attributes)))

    def _check_groups(self) -> None:
        if not isinstance(self.groups, tuple):
            raise InvalidProvisioning("groups", f"{self.groups!r:.200} is no tuple")
        for group in self.groups:
            _check("groups", check_name, group)
        _check("groups", check_groups, self.groups)

    def to_json(self) -> str:
        """Write it as compact JSON, keys sorted, without what is as it is by default."""
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        given = {name: value for name, value in given.items() if value != getattr(PLAIN, name)}
        return json.dumps(given, default=dict, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Provisioning":
        """Read what `to_json` wrote.

        Raises:
            InvalidProvisioning: it is something else. A part that this version does not know is not passed
                over: the thing would not become what was settled.
        """
        try:
            given = json.loads(text)
        except (ValueError, RecursionError):
            raise InvalidProvisioning("provisioning", f"{text!r:.200} is no JSON") from None
        if not isinstance(given, dict):
            raise InvalidProvisioning("provisioning", f"{text!r:.200} is no JSON object")
        if unknown := sorted(given.keys() - {each.name for each in fields(cls)}):
            raise InvalidProvisioning(f"{unknown[0]:.200}", "unknown to this version")
        if isinstance(given.get("groups"), list):
            given["groups"] = tuple(given["groups"])
        return cls(**given)


PLAIN = Provisioning()
"""A thing with its name alone."""
