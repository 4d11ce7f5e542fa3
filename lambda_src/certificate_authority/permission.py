"""Permissions that the same deploy has just given: IAM takes some seconds to make them known everywhere."""

import time
from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import ClientError

Result = TypeVar("Result")

PAUSES = (2.0, 4.0, 8.0, 10.0)
"""Seconds between tries; a permission that is missing after all of them is missing for good."""


def once_allowed(call: Callable[[], Result], pause: Callable[[float], None] = time.sleep) -> Result:
    """Make a call to AWS, and again while it is denied.

    CloudFormation invokes this function right after it has changed its role, for instance when an authority
    with a key of its own is added (IAM user guide, "Changes that I make are not always immediately visible").

    Raises:
        botocore.exceptions.ClientError: AWS refused the call for another reason, or to the end.
    """
    for seconds in PAUSES:
        try:
            return call()
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDeniedException":
                raise
        pause(seconds)
    return call()
