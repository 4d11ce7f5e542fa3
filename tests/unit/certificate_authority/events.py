"""CloudFormation's events, sent to the function as the provider framework sends them."""

from typing import Any

from certificate_authority.handler import on_event

Properties = dict[str, Any]

STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/test-jitr/3f1c2f60-0000-11f0-9d0f-0affd2a1c0de"
RESOURCE = {"StackId": STACK, "LogicalResourceId": "MainRegistration"}


def create(properties: Properties) -> dict[str, Any]:
    return on_event(RESOURCE | {"RequestType": "Create", "ResourceProperties": properties}, None)


def update(physical_id: str, properties: Properties, old: Properties) -> dict[str, Any]:
    event = RESOURCE | {
        "RequestType": "Update",
        "PhysicalResourceId": physical_id,
        "ResourceProperties": properties,
        "OldResourceProperties": old,
    }
    return on_event(event, None)


def delete(physical_id: str, properties: Properties) -> dict[str, Any]:
    event = RESOURCE | {
        "RequestType": "Delete",
        "PhysicalResourceId": physical_id,
        "ResourceProperties": properties,
    }
    return on_event(event, None)
