"""CloudFormation's events, sent to the function as the provider framework sends them."""

from typing import Any

from certificate_authority.handler import on_event

Properties = dict[str, Any]


def create(properties: Properties) -> dict[str, Any]:
    return on_event({"RequestType": "Create", "ResourceProperties": properties}, None)


def update(physical_id: str, properties: Properties, old: Properties) -> dict[str, Any]:
    event = {
        "RequestType": "Update",
        "PhysicalResourceId": physical_id,
        "ResourceProperties": properties,
        "OldResourceProperties": old,
    }
    return on_event(event, None)


def delete(physical_id: str, properties: Properties) -> dict[str, Any]:
    event = {"RequestType": "Delete", "PhysicalResourceId": physical_id, "ResourceProperties": properties}
    return on_event(event, None)
