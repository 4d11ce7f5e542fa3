"""The template of things: placeholders over a certificate's subject, its record and the environment.

The settings check a template, functions and commands fill it: said once, for both. Standard library only.
"""

import json
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

DEFAULT_THING_NAME = "${subject.common_name}"

LONGEST = 2048
"""Bytes of a template as JSON. It travels in an environment variable, and Lambda gives all of a function's
4 KB together (Lambda developer guide, "Lambda quotas")."""

FIELDS = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "subject.common_name",
                "subject.dn_qualifier",
                "subject.email_address",
                "subject.locality",
                "subject.organization",
                "subject.organizational_unit",
                "subject.pseudonym",
                "subject.serial_number",
                "subject.state",
                "subject.title",
            ),
            "x",
        ),
        "subject.country": "XX",
        "record.certificate_id": "0" * 64,
        "record.issued_at": "2000-01-01T00:00:00Z",
        "record.issuer": "0" * 64,
        "record.not_after": "2000-01-01T00:00:00Z",
        "record.not_before": "2000-01-01T00:00:00Z",
        "record.public_key_hash": "0" * 64,
        "record.serial": "0",
        "record.source": "issued",
        "environment.account": "0" * 12,
        "environment.name": "x",
        "environment.region": "us-east-1",
    }
)
"""What a placeholder may name, each with the shortest text that may take its place (of those that are as
short, the one that is taken most widely): what does not fit with these never will."""


class UnfitTemplate(ValueError):  # noqa: N818  # named for what is wrong
    """A template that nothing could ever be made of; the text says why."""


class Text(string.Template):
    """Text with placeholders like `${subject.common_name}`: always in braces, always with a dot."""

    idpattern = "(?!)"  # nothing without braces
    braceidpattern = r"[a-z]+\.[a-z_]+"
    flags = re.NOFLAG

    def placeholders(self) -> list[str]:
        """List what it names, each once.

        Raises:
            UnfitTemplate: it has a `$` that begins no placeholder, or names what nobody knows.
        """
        try:
            named = self.get_identifiers()
            self.substitute(dict.fromkeys(named, ""))
        except ValueError:
            raise UnfitTemplate(
                f"{self.template!r:.200}: a $ must begin a placeholder like {DEFAULT_THING_NAME}"
            ) from None
        for name in named:
            if name not in FIELDS:
                raise UnfitTemplate(f"unknown placeholder ${{{name}}}; there are {', '.join(sorted(FIELDS))}")
        return named


def check_text(text: str, check: Callable[[object], None]) -> None:
    """See that a text with placeholders may become what `check` takes; one without must be so as it is.

    Raises:
        UnfitTemplate: it has a fault itself.
        UnfitForRegistry: `check` takes nothing that it could become.
    """
    placeholders = Text(text).placeholders()
    try:
        check(Text(text).substitute(FIELDS))
    except ValueError as unfit:
        if not placeholders:
            raise
        raise UnfitTemplate(f"{text!r:.200} could at best become {unfit}") from None


def check_thing_name(text: str) -> None:
    """See that a name for things is not the same for all.

    Raises:
        UnfitTemplate: it is.
    """
    if not any(name.startswith(("subject.", "record.")) for name in Text(text).placeholders()):
        raise UnfitTemplate(
            f"{text!r:.200} gives every device the same name; use {DEFAULT_THING_NAME} or another "
            "placeholder of the subject or the record"
        )


@dataclass(frozen=True, kw_only=True)
class ProvisioningTemplate:
    """Texts with placeholders, one for each part of what a device's thing is to be."""

    thing_name: str = DEFAULT_THING_NAME
    thing_type: str | None = None
    groups: tuple[str, ...] = ()
    billing_group: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)
    """By name, which has no placeholders."""
    adopt_existing: bool = False

    def to_json(self) -> str:
        """Write it as compact JSON, keys sorted."""
        return json.dumps(vars(self), default=dict, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "ProvisioningTemplate":
        """Read what `to_json` wrote; it was checked before that.

        Raises:
            ValueError, TypeError, KeyError: it is something else.
        """
        given = json.loads(text)
        return cls(**given | {"groups": tuple(given["groups"])})
