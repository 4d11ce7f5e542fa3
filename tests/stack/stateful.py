"""What a deploy would take away: resources that hold state, and that a template has no longer.

Another logical id is another resource to CloudFormation: it makes the new one, and deletes the old one.
"""

from collections.abc import Mapping
from typing import Any

Template = Mapping[str, Any]

HELD = {
    "AWS::DynamoDB::GlobalTable": "the issuance records, without which no device comes in",
    "AWS::IoT::Policy": "the device policy, which every device holds",
    "AWS::KMS::Key": "an authority's key, which nobody can make again",
    "AWS::Logs::LogGroup": "the log of a function",
    "AWS::SQS::Queue": "a queue, with the devices that wait in it",
    "AWS::SSM::Parameter": "the parameter that names an authority's key",
    "AWS::SecretsManager::Secret": "an authority's exportable key, which nobody can make again",
    "Custom::CertificateAuthority": "an authority's registration, by which its devices connect",
}
"""What is lost with a resource, by its type."""
STATELESS = {
    "AWS::CloudWatch::Alarm",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IoT::TopicRule",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::SQS::QueuePolicy",
    "Custom::DevicePolicyRelease",
}
"""Types of which a new one is as good as the old one."""


def losses(accepted: Template, current: Template) -> list[str]:
    """Name what a deploy would take away, a sentence for each.

    Args:
        accepted: the template as it was last accepted, which is the one that is deployed.
        current: as it is now.
    """
    before, after = (each.get("Resources", {}) for each in (accepted, current))
    return [
        _said(name, resource, _instead(resource["Type"], before, after))
        for name, resource in sorted(before.items())
        if resource["Type"] in HELD and after.get(name, {}).get("Type") != resource["Type"]
    ]


def _instead(kind: str, before: Template, after: Template) -> list[str]:
    return sorted(name for name in after.keys() - before.keys() if after[name]["Type"] == kind)


def _said(name: str, resource: Template, instead: list[str]) -> str:
    kept = resource.get("DeletionPolicy", "Delete") != "Delete"
    verb = "leave behind, outside the stack," if kept else "destroy"
    said = f"a deploy would {verb} {HELD[resource['Type']]}: {name} ({resource['Type']}) is gone"
    return f"{said}; new and empty: {', '.join(instead)}" if instead else said
