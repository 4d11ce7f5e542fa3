"""An event on the owner's bus after each outcome, for whatever they want to do about it."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "jitr.registration"
DETAIL_TYPE = "Device Registration"
AT_ONCE = 10
"""Entries of one PutEvents (EventBridge API reference)."""


class Announcements:
    """An EventBridge bus.

    An event's detail is what the outcome's log line says: `outcome`, `environment`, and where they are known
    `reason`, `problem`, `thing_name`, `certificate_id`, `ca_certificate_id`, `certificate`, `message_id`.
    """

    def __init__(self, client: "EventBridgeClient", bus: str) -> None:
        self._client = client
        self._bus = bus

    def announce(self, details: Sequence[dict[str, Any]]) -> int:
        """Put an event for each detail; give how many the bus did not take.

        Raises:
            botocore's errors: some of them were not put.
        """
        refused = 0
        for start in range(0, len(details), AT_ONCE):
            answer = self._client.put_events(
                Entries=[
                    {
                        "EventBusName": self._bus,
                        "Source": SOURCE,
                        "DetailType": DETAIL_TYPE,
                        "Detail": json.dumps(detail, default=str),
                    }
                    for detail in details[start : start + AT_ONCE]
                ]
            )
            refused += answer["FailedEntryCount"]
        return refused
