"""The custom resource's function, behind the provider framework of the AWS CDK."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from contract import POLICY_NAME_PROPERTY
from device_access.release import release

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_iot import IoTClient

LOGGER = logging.getLogger(__name__)
GOING = {"DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"}
"""States of a stack that is on its way out: destroyed, or never finished."""

_PATIENT = Config(connect_timeout=5, read_timeout=15, retries={"mode": "adaptive", "total_max_attempts": 10})


def on_event(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401  # Lambda's own class
    """Release the policy when the stack goes; there is nothing to do at any other time.

    A deletion while the stack stays (the resource was taken out of it) leaves every device its policy.

    Raises:
        StillHeld: the policy could not be deleted in the time a function may run.
    """
    if event["RequestType"] == "Delete":
        policy = event["ResourceProperties"][POLICY_NAME_PROPERTY]
        if _state(event["StackId"]) in GOING:
            release(_iot(), policy, lambda: context.get_remaining_time_in_millis() / 1000)
        else:
            LOGGER.info("policy %s is left alone: its stack stays", policy)
    return {"PhysicalResourceId": event.get("PhysicalResourceId", "device-policy-release")}


def _state(stack_id: str) -> str:
    return _cloudformation().describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]


@cache
def _iot() -> IoTClient:
    return boto3.client("iot", config=_PATIENT)


@cache
def _cloudformation() -> CloudFormationClient:
    return boto3.client("cloudformation", config=_PATIENT)
