"""The floor: the two calls without which no device can come in, and nothing else.

No record is read, no thing made, nothing checked, nothing safe. What any registration in Python must take
at least is what this takes.
"""

import json
import os
from typing import Any

from botocore.session import get_session

IOT: Any = get_session().create_client("iot")
POLICY = os.environ["DEVICE_POLICY"]


def handle(event: dict[str, Any], _context: object) -> None:
    """Register the device of an event, or the devices of a batch of queue messages."""
    events = [json.loads(record["body"]) for record in event["Records"]] if "Records" in event else [event]
    for each in events:
        register(each)


def register(event: dict[str, Any]) -> None:
    """Attach the policy, and let the device in."""
    certificate = event["certificateId"]
    target = f"arn:aws:iot:{os.environ['AWS_REGION']}:{event['awsAccountId']}:cert/{certificate}"
    IOT.attach_policy(policyName=POLICY, target=target)
    IOT.update_certificate(certificateId=certificate, newStatus="ACTIVE")
    # One line, as every contender writes: the local AWS waits for it before it uses the process again.
    print(json.dumps({"registered": certificate}), flush=True)  # noqa: T201 standard output is the log
