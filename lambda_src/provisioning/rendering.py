"""Filling the template for one certificate."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from provisioning.template import FIELDS, ProvisioningTemplate, Text
from records.provisioning import InvalidProvisioning, Provisioning
from records.record import IssuanceRecord
from registry import UnfitForRegistry, check_name

UNSETTLED = "-"
"""Name of the thing in a record whose name comes from the template."""

RECORD_FIELDS = tuple(name.partition(".")[2] for name in FIELDS if name.startswith("record."))


@dataclass(frozen=True)
class Environment:
    """Where certificates are signed: the environment's name, its account (12 digits) and Region."""

    name: str
    account: str
    region: str


def provisioned(
    record: IssuanceRecord,
    template: ProvisioningTemplate,
    subject: Mapping[str, str],
    environment: Environment,
) -> IssuanceRecord:
    """Give a record with the name of its thing, and all that the thing is to be.

    Args:
        record: as it is about to be written; its own thing name is not looked at.
        template: of the environment.
        subject: the certificate's attributes by name, as in placeholders; those that it has exactly once.
        environment: where this happens.

    Raises:
        InvalidProvisioning: the subject lacks what the template names, or AWS IoT would not take what comes
            out; the text names the template's key and the value.
    """
    values = _values(record, subject, environment)
    name = _filled("thing_name", template.thing_name, values)
    try:
        check_name(name)
    except UnfitForRegistry as unfit:
        raise InvalidProvisioning("thing_name", unfit) from None
    return replace(record, thing_name=name, provisioning=_rendered(template, values))


def _rendered(template: ProvisioningTemplate, values: Mapping[str, str]) -> Provisioning:
    def optional(key: str, text: str | None) -> str | None:
        return None if text is None else _filled(key, text, values)

    groups = [_filled("groups", text, values) for text in template.groups]
    return Provisioning(
        thing_type=optional("thing_type", template.thing_type),
        attributes={
            name: _filled(f"attributes.{name}", text, values) for name, text in template.attributes.items()
        },
        groups=tuple(dict.fromkeys(groups)),  # two texts may name one group
        billing_group=optional("billing_group", template.billing_group),
        adopt_existing=template.adopt_existing,
    )


def _filled(key: str, text: str, values: Mapping[str, str]) -> str:
    try:
        return Text(text).substitute(values)
    except KeyError as missing:
        attribute = str(missing.args[0]).removeprefix("subject.")
        raise InvalidProvisioning(
            key, f"{text!r} needs a subject with exactly one {attribute.replace('_', ' ')}"
        ) from None


def _values(record: IssuanceRecord, subject: Mapping[str, str], environment: Environment) -> dict[str, str]:
    return {
        **{f"subject.{name}": value for name, value in subject.items()},
        **{f"record.{name}": _written(getattr(record, name)) for name in RECORD_FIELDS},
        **{f"environment.{name}": value for name, value in vars(environment).items()},
    }


def _written(value: object) -> str:
    """Write a record's field; a time as 2030-01-01T12:00:00Z, since AWS IoT takes no plus sign anywhere."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return str(value)
