"""Events about certificates as AWS IoT publishes them, made by hand: late, repeated, and wrong.

https://docs.aws.amazon.com/iot/latest/developerguide/auto-register-device-cert.html
"""

import json
import time
from collections.abc import Iterable, Iterator

from benchmarks.fleet.identity import Identity
from jitr_stack.settings import LOCAL_ACCOUNT

HOUR = 3600 * 1000  # milliseconds
STRANGERS_ID = "00" * 32
"""Of a certificate authority that nobody has."""


def event(certificate_id: str, ca_certificate_id: str, *, hours_ago: float = 0, **changes: object) -> str:
    """Write the event about a certificate that presents itself again while it is pending."""
    then = int(time.time() * 1000 - hours_ago * HOUR)
    fields = {
        "certificateId": certificate_id,
        "caCertificateId": ca_certificate_id,
        "timestamp": then,
        "certificateStatus": "PENDING_ACTIVATION",
        "awsAccountId": LOCAL_ACCOUNT,
        "certificateRegistrationTimestamp": str(then - 1000),
    }
    return json.dumps(fields | changes)


def events(
    identities: Iterable[Identity], ca_certificate_id: str, copies: int, *, hours_ago: float = 0
) -> Iterator[str]:
    """Write the events of a fleet, `copies` times each."""
    for identity in identities:
        for _ in range(copies):
            yield event(identity.id, ca_certificate_id, hours_ago=hours_ago)


def poison(number: int, ca_certificate_id: str) -> str:
    """Write a message that can never succeed; the kinds take turns, and no two messages are the same."""
    own = f"{number:064x}"
    kinds = (
        f"not JSON at all, {own}",
        json.dumps([own]),
        json.dumps({"nonce": own}),
        event(own, ca_certificate_id, awsAccountId="999999999999"),
        event(own, STRANGERS_ID),
        event(own, ca_certificate_id, certificateStatus="ACTIVE"),
        event(own[1:], ca_certificate_id),
        event(own, ca_certificate_id, awsAccountId=None),
        event(own, ca_certificate_id, padding="x" * 200_000),
        '{"certificateId":' * 2_000 + own,
    )
    return kinds[number % len(kinds)]
