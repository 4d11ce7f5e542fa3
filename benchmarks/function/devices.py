"""Devices that exist on paper only: events about them, and their issuance records."""

import hashlib
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from records.record import IssuanceRecord

ACCOUNT = "000000000000"
AUTHORITY = hashlib.sha256(b"authority").hexdigest()
CERTIFICATE = "-----BEGIN CERTIFICATE-----\n" + "\n".join(["A" * 64] * 12) + "\n-----END CERTIFICATE-----\n"
"""As long as a device's certificate (P-256) is; the registration does not parse it."""
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ENDS = datetime(2031, 1, 1, tzinfo=UTC)


def batch(size: int, number: int) -> dict[str, Any]:
    """Give a batch of messages as Lambda's poller hands it over, each about another device.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
    """
    return {"Records": [_message(f"{number}.{place}") for place in range(size)]}


def item(certificate_id: str) -> dict[str, Any]:
    """Give the DynamoDB item of a certificate's issuance record, not registered yet."""
    return dict(_record(certificate_id).to_item())


def _record(certificate_id: str) -> "IssuanceRecord":
    from records.record import IssuanceRecord  # noqa: PLC0415  the function under measurement loads it first

    return IssuanceRecord(
        certificate_id=certificate_id,
        thing_name=f"device-{certificate_id[:12]}",
        subject=f"CN=device-{certificate_id[:12]}",
        serial=certificate_id[:38],
        public_key_hash=certificate_id,
        issuer=AUTHORITY,
        issued_at=BEGAN,
        not_before=BEGAN,
        not_after=ENDS,
        certificate=CERTIFICATE,
        request_digest=certificate_id,
        only=True,
    )


def _message(name: str) -> dict[str, Any]:
    now = int(time.time() * 1000)
    event = {
        "certificateId": hashlib.sha256(name.encode()).hexdigest(),
        "caCertificateId": AUTHORITY,
        "timestamp": now,
        "certificateStatus": "PENDING_ACTIVATION",
        "awsAccountId": ACCOUNT,
        "certificateRegistrationTimestamp": None,
    }
    return {
        "messageId": name,
        "receiptHandle": name,
        "body": json.dumps(event),
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": str(now),
            "SenderId": ACCOUNT,
            "ApproximateFirstReceiveTimestamp": str(now),
        },
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:us-east-1:{ACCOUNT}:registration",
        "awsRegion": "us-east-1",
    }
