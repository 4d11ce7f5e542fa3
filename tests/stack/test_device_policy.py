"""The policy of all devices: each is itself and reaches its own topics."""

import json

from aws_cdk.assertions import Template

THING = "${iot:Connection.Thing.ThingName}"
COMMON_NAME = "${iot:Certificate.Subject.CommonName}"


def test_device_connects_as_its_own_thing_and_reaches_below_its_own_name(
    templates: dict[str, Template],
) -> None:
    statements = {
        (str(s["Action"]), resource(s["Resource"])): s.get("Condition") for s in device_statements(templates)
    }

    assert statements == {
        ("iot:Connect", f"client/{THING}"): {"Bool": {"iot:Connection.Thing.IsAttached": ["true"]}},
        ("['iot:Publish', 'iot:Receive']", f"topic/{THING}/*"): None,
        ("iot:Subscribe", f"topicfilter/{THING}/*"): None,
        ("iot:Publish", f"topic/{COMMON_NAME}/*"): None,
    }


def test_policy_fits_into_what_aws_allows(templates: dict[str, Template]) -> None:
    # 2,048 characters without blanks (AWS IoT quotas); tokens stand for something shorter than themselves.
    assert len(json.dumps(device_statements(templates), separators=(",", ":"))) < 2048


def device_statements(templates: dict[str, Template]) -> list[dict]:
    (policy,) = templates["prod"].find_resources("AWS::IoT::Policy").values()
    return policy["Properties"]["PolicyDocument"]["Statement"]


def resource(arn: dict) -> str:
    """What stands behind `arn:…:iot:region:account:`."""
    return arn["Fn::Join"][1][-1].lstrip(":")
