"""All that is known of one device: record, certificate, thing, policies."""

from dataclasses import dataclass
from typing import Any

from jitr.devices.aws_certificates import AwsCertificate
from jitr.devices.desk import Desk
from jitr.devices.named import Named, of_thing, one_certificate, record_of
from jitr.failure import FailureError
from jitr.output import printable
from records.record import IssuanceRecord, timestamp


@dataclass(frozen=True)
class Portrait:
    """One certificate; `thing` is what AWS IoT has of its thing, None where there is none."""

    certificate_id: str
    record: IssuanceRecord | None
    certificate: AwsCertificate | None
    policies: list[str]
    attached: list[str]
    """Things that the certificate is attached to."""
    thing: dict[str, Any] | None
    others: dict[str, str]
    """The thing's other certificates: the state of each record, or what stands in its place."""

    def fields(self) -> dict[str, object]:
        """Give all of it by name; times are ISO 8601."""
        there = self.certificate
        return {
            "certificate_id": self.certificate_id,
            "record": _record_fields(self.record) if self.record else None,
            "aws": {"status": there.status, "arn": there.arn, "ca_certificate_id": there.issuer}
            if there
            else None,
            "policies": self.policies,
            "things": self.attached,
            "thing": self.thing,
            "other_certificates": self.others,
        }

    def shown(self) -> dict[str, object]:
        """Give what a person wants to see, one fact a line."""
        record, there, thing = self.record, self.certificate, self.thing
        recorded = _record_fields(record) if record else {"record": "none: nothing lets it in"}
        return {
            "certificate": self.certificate_id,
            **{name.replace("_", " "): _shown(value) for name, value in recorded.items() if value},
            "AWS IoT": there.status if there else "has not seen it",
            "policies": ", ".join(self.policies) or "none",
            "attached to": ", ".join(self.attached) or "nothing",
            "thing at AWS IoT": _thing_line(thing) if thing else "is not there",
            "others of thing": ", ".join(f"{id_} ({state})" for id_, state in self.others.items()) or None,
        }


def portrait(desk: Desk, name: Named) -> Portrait:
    """Look at one device.

    Raises:
        FailureError: nobody knows it.
    """
    certificate_id = one_certificate(desk, name)
    record, there = record_of(desk, certificate_id), desk.certificates.find(certificate_id)
    if record is None and there is None:
        raise FailureError(f"{name.word}: neither AWS IoT nor the issuance records know this certificate")
    attached = desk.certificates.things(there.arn) if there else []
    thing_name = record.thing_name if record else name.thing_name or next(iter(attached), None)
    return Portrait(
        certificate_id,
        record,
        there,
        desk.certificates.policies(there.arn) if there else [],
        attached,
        _thing(desk, thing_name) if thing_name else None,
        _others(desk, thing_name, certificate_id) if thing_name else {},
    )


def _others(desk: Desk, thing_name: str, certificate_id: str) -> dict[str, str]:
    found = {id_: record_of(desk, id_) for id_ in of_thing(desk, thing_name) if id_ != certificate_id}
    return {id_: record.state.value if record else "no record" for id_, record in found.items()}


def _thing(desk: Desk, thing_name: str) -> dict[str, Any] | None:
    iot = desk.certificates.iot
    try:
        there = iot.describe_thing(thingName=thing_name)
    except iot.exceptions.ResourceNotFoundException:
        return None
    pages: Any = iot.get_paginator("list_thing_groups_for_thing").paginate(thingName=thing_name)
    return {
        "name": thing_name,
        "type": there.get("thingTypeName"),
        "attributes": there.get("attributes", {}),
        "billing_group": there.get("billingGroupName"),
        "groups": [group["groupName"] for page in pages for group in page["thingGroups"]],
    }


def _thing_line(thing: dict[str, Any]) -> str:
    parts = {
        "type": thing["type"],
        "groups": ", ".join(thing["groups"]),
        "billing group": thing["billing_group"],
        "attributes": ", ".join(f"{name}={value}" for name, value in sorted(thing["attributes"].items())),
    }
    return "; ".join([thing["name"], *(f"{name} {value}" for name, value in parts.items() if value)])


def _record_fields(record: IssuanceRecord) -> dict[str, object]:
    times = ("issued_at", "registered_at", "updated_at", "claimed_until", "not_before", "not_after")
    named = ("thing_name", "state", "reason", "source", "subject", "serial", "issuer", "former", "supersedes")
    return {
        **{name: _text(getattr(record, name)) for name in named},
        **{name: timestamp(value) if (value := getattr(record, name)) else None for name in times},
        "replaces": list(record.replaces),
    }


def _shown(value: object) -> str:
    """Give a field as a person reads it; a subject is a stranger's text."""
    return printable(", ".join(map(str, value)) if isinstance(value, list) else str(value))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
