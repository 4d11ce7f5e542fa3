"""Taking a policy from every device that holds it, and deleting it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_iot import IoTClient

LOGGER = logging.getLogger(__name__)
PAUSE = 5.0
"""Seconds between two tries; AWS may refuse for five minutes after a detachment (DeletePolicy, API)."""


class StillHeld(Exception):  # noqa: N818  # named for what is the case
    """The time ran out before the policy could be deleted; what was detached stays so."""


def release(
    iot: IoTClient,
    policy: str,
    time_left: Callable[[], float],
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Detach `policy` from all its targets and delete it; one that is gone already is fine.

    `time_left` gives the seconds that this run may still take.

    Raises:
        StillHeld: not done in time; the next run goes on from here.
        botocore.exceptions.ClientError: AWS refused a call.
    """
    try:
        while not (_detach_all(iot, policy, time_left) and _delete(iot, policy)):
            if time_left() < 2 * PAUSE:
                raise StillHeld(f"policy {policy} is still in use; destroy the stack again in five minutes")
            pause(PAUSE)
    except iot.exceptions.ResourceNotFoundException:
        LOGGER.info("policy %s is gone", policy)


def _detach_all(iot: IoTClient, policy: str, time_left: Callable[[], float]) -> bool:
    """Detach page after page, always the first, since each detachment shortens the list."""
    while targets := iot.list_targets_for_policy(policyName=policy, pageSize=100)["targets"]:
        for target in targets:
            if time_left() < PAUSE:
                return False
            iot.detach_policy(policyName=policy, target=target)
    return True


def _delete(iot: IoTClient, policy: str) -> bool:
    try:
        for version in iot.list_policy_versions(policyName=policy)["policyVersions"]:
            if not version["isDefaultVersion"]:
                iot.delete_policy_version(policyName=policy, policyVersionId=version["versionId"])
        iot.delete_policy(policyName=policy)
    except iot.exceptions.DeleteConflictException:
        return False
    return True
