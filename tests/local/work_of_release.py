"""What the role DeviceAccessReleaseReleaserRole is for: a stack that goes takes its device policy along."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from workplace import Workplace, must

from contract import POLICY_NAME_PROPERTY, Output

FUNCTION = "DeviceAccessReleaseReleaserFunction"
DOCUMENT = """{
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}]
}"""


def policy_is_released(place: Workplace) -> None:
    """Take the policy from a device, and delete it with both its versions; `place` must be on its way out.

    Raises:
        Broken: it could not be done.
    """
    iot, policy = place.fleet.client("iot"), place.fleet.outputs[Output.DEVICE_POLICY]
    with a_policy_that_is_held(iot, policy):
        place.call(FUNCTION, deletion(place, policy))
        left = {each["policyName"] for each in iot.list_policies()["policies"]}
        must(policy not in left, f"{policy} is still there")


def deletion(place: Workplace, policy: str) -> dict[str, object]:
    """CloudFormation's event when the stack goes."""
    return {
        "RequestType": "Delete",
        "StackId": place.stack_id,
        "PhysicalResourceId": "device-policy-release",
        "ResourceProperties": {POLICY_NAME_PROPERTY: policy},
    }


@contextmanager
def a_policy_that_is_held(iot: Any, policy: str) -> Iterator[None]:
    """A device's policy in two versions; afterwards the policy is there once more, and nobody's."""
    device = iot.create_keys_and_certificate(setAsActive=False)
    iot.create_policy_version(policyName=policy, policyDocument=DOCUMENT, setAsDefault=True)
    iot.attach_policy(policyName=policy, target=device["certificateArn"])
    try:
        yield
    finally:
        iot.delete_certificate(certificateId=device["certificateId"], forceDelete=True)
        make_anew(iot, policy)


def make_anew(iot: Any, policy: str) -> None:
    """Have a policy in one version, whether it is there or not."""
    if any(each["policyName"] == policy for each in iot.list_policies()["policies"]):
        for version in iot.list_policy_versions(policyName=policy)["policyVersions"]:
            if not version["isDefaultVersion"]:
                iot.delete_policy_version(policyName=policy, policyVersionId=version["versionId"])
        iot.delete_policy(policyName=policy)
    iot.create_policy(policyName=policy, policyDocument=DOCUMENT)
