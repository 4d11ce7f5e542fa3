"""The thing that a record asks for, and whether one that is there already is the same."""

from typing import TYPE_CHECKING

from records.record import IssuanceRecord

if TYPE_CHECKING:
    from mypy_boto3_iot.type_defs import CreateThingRequestTypeDef, DescribeThingResponseTypeDef


def thing_of(record: IssuanceRecord) -> "CreateThingRequestTypeDef":
    """Give CreateThing's parameters; what the record does not ask for is left out."""
    asked = record.provisioning
    wanted: CreateThingRequestTypeDef = {"thingName": record.thing_name}
    if asked.thing_type:
        wanted["thingTypeName"] = asked.thing_type
    if asked.attributes:
        wanted["attributePayload"] = {"attributes": dict(asked.attributes)}
    if asked.billing_group:
        wanted["billingGroupName"] = asked.billing_group
    return wanted


def differences(record: IssuanceRecord, there: "DescribeThingResponseTypeDef") -> str | None:
    """Say in which way a thing is another one than the record asks for; None when it is the same."""
    asked, found = record.provisioning, there.get("attributes") or {}
    if (there.get("thingTypeName") or None) != asked.thing_type:
        return f"its type is {there.get('thingTypeName') or 'none'}, not {asked.thing_type or 'none'}"
    for name in sorted(found.keys() | asked.attributes.keys()):
        if found.get(name) != asked.attributes.get(name):
            return (
                f"its attribute {name} is {found.get(name)!r:.100}, not {asked.attributes.get(name)!r:.100}"
            )
    return None
