"""A device policy is taken from every device and deleted, when its stack goes and at no other time."""

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws

from device_access import handler
from device_access.release import StillHeld, release

POLICY = "device-policy"
STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/dev-jitr/1"
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": []})
PLENTY: Callable[[], float] = lambda: 600.0  # noqa: E731


class ImpatientError(Exception):
    """A test waited."""


def no_pause(_seconds: float) -> None:
    raise ImpatientError


@pytest.fixture
def iot(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        client = boto3.client("iot")
        client.create_policy(policyName=POLICY, policyDocument=DOCUMENT)
        yield client


def hold(iot: object, devices: int) -> None:
    for _ in range(devices):
        arn = iot.create_keys_and_certificate(setAsActive=True)["certificateArn"]
        iot.attach_policy(policyName=POLICY, target=arn)


def policies(iot: object) -> list[str]:
    return [policy["policyName"] for policy in iot.list_policies()["policies"]]


@pytest.mark.parametrize("devices", [0, 1, 7])
def test_policy_is_detached_from_every_device_and_deleted(devices: int, iot: object) -> None:
    hold(iot, devices)

    release(iot, POLICY, PLENTY, no_pause)

    assert policies(iot) == []


def test_older_versions_of_the_policy_go_with_it(iot: object) -> None:
    iot.create_policy_version(policyName=POLICY, policyDocument=DOCUMENT, setAsDefault=True)

    release(iot, POLICY, PLENTY, no_pause)

    assert policies(iot) == []


def test_policy_that_is_gone_already_is_fine(iot: object) -> None:
    iot.delete_policy(policyName=POLICY)

    release(iot, POLICY, PLENTY, no_pause)

    assert policies(iot) == []


class StubbornIot:
    """AWS IoT that goes on refusing a deletion for a while after the last detachment, as AWS may."""

    class exceptions:  # noqa: N801  boto3's name
        """The errors that matter here."""

        class DeleteConflictException(Exception):  # noqa: N818
            """Still in use."""

        class ResourceNotFoundException(Exception):  # noqa: N818
            """No such policy."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.deleted = False

    def list_targets_for_policy(self, **_of: object) -> dict[str, list[str]]:
        return {"targets": []}

    def list_policy_versions(self, **_of: object) -> dict[str, list[dict[str, object]]]:
        return {"policyVersions": [{"versionId": "1", "isDefaultVersion": True}]}

    def delete_policy(self, **_of: object) -> None:
        self.refusals -= 1
        if self.refusals >= 0:
            raise self.exceptions.DeleteConflictException
        self.deleted = True


def test_deletion_is_tried_again_while_aws_has_not_seen_the_detachment() -> None:
    iot, pauses = StubbornIot(refusals=3), []

    release(iot, POLICY, PLENTY, pauses.append)

    assert iot.deleted
    assert len(pauses) == 3


def test_run_that_is_out_of_time_says_what_to_do() -> None:
    with pytest.raises(StillHeld, match="destroy the stack again in five minutes"):
        release(StubbornIot(refusals=1000), POLICY, lambda: 6.0, no_pause)


def test_run_without_time_left_detaches_no_more(iot: object) -> None:
    hold(iot, 3)

    with pytest.raises(StillHeld):
        release(iot, POLICY, lambda: 1.0, no_pause)

    assert len(iot.list_targets_for_policy(policyName=POLICY)["targets"]) == 3


def event(kind: str) -> dict[str, object]:
    return {"RequestType": kind, "StackId": STACK, "ResourceProperties": {"PolicyName": POLICY}}


@pytest.fixture
def stack_state(monkeypatch: pytest.MonkeyPatch, iot: object) -> Callable[[str], None]:
    """Say in which state CloudFormation has the stack."""

    def put(state: str) -> None:
        stacks = SimpleNamespace(describe_stacks=lambda StackName: {"Stacks": [{"StackStatus": state}]})  # noqa: N803
        monkeypatch.setattr(handler, "_cloudformation", lambda: stacks)
        monkeypatch.setattr(handler, "_iot", lambda: iot)

    return put


CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 600_000)


@pytest.mark.parametrize("state", ["DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"])
def test_stack_that_goes_releases_its_policy(
    state: str, stack_state: Callable[[str], None], iot: object
) -> None:
    stack_state(state)
    hold(iot, 1)

    handler.on_event(event("Delete"), CONTEXT)

    assert policies(iot) == []


@pytest.mark.parametrize("state", ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"])
def test_stack_that_stays_leaves_every_device_its_policy(
    state: str, stack_state: Callable[[str], None], iot: object
) -> None:
    # Otherwise taking the resource out of the stack would cut off the whole fleet.
    stack_state(state)
    hold(iot, 1)

    handler.on_event(event("Delete"), CONTEXT)

    assert len(iot.list_targets_for_policy(policyName=POLICY)["targets"]) == 1


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_nothing_happens_before_and_the_id_never_changes(
    kind: str, stack_state: Callable[[str], None], iot: object
) -> None:
    stack_state("DELETE_IN_PROGRESS")
    hold(iot, 1)

    answer = handler.on_event(event(kind), CONTEXT)

    assert answer == {"PhysicalResourceId": "device-policy-release"}
    assert len(iot.list_targets_for_policy(policyName=POLICY)["targets"]) == 1
