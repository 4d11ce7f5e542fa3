"""The event that AWS IoT publishes when a device presents a certificate that it does not know yet.

https://docs.aws.amazon.com/iot/latest/developerguide/auto-register-device-cert.html
The body of a message is untrusted: whatever reaches the queue comes through here.
"""

import json
import re
from dataclasses import dataclass

from contract import CERTIFICATE_ID
from registration.refusal import Reason, Refused
from registration.settings import ACCOUNT, Settings

LONGEST_BODY = 8192
"""Characters. The event has about 450; a queue message may have 262,144."""


@dataclass(frozen=True)
class RegistrationEvent:
    """A certificate that AWS IoT has registered as PENDING_ACTIVATION.

    Of the event's fields these decide; the others (`timestamp`, `certificateRegistrationTimestamp`, which is
    null at first and text later, `sourceIp`, and what AWS may add) are not read, so they cannot be wrong.
    """

    certificate_id: str
    ca_certificate_id: str


def read_event(body: str, settings: Settings) -> RegistrationEvent:
    """Read and check the body of a message.

    Raises:
        Refused: when it is not such an event, or not about this account and its authorities.
    """
    fields = _json_object(body)
    certificate_id = _field(fields, "certificateId", CERTIFICATE_ID)
    ca_certificate_id = _field(fields, "caCertificateId", CERTIFICATE_ID)
    account = _field(fields, "awsAccountId", ACCOUNT)
    _field(fields, "certificateStatus", re.compile("PENDING_ACTIVATION"))
    if account != settings.account:
        raise Refused(Reason.WRONG_ACCOUNT, f"The event is about account {account}.")
    if ca_certificate_id not in settings.authorities:
        raise Refused(
            Reason.WRONG_CA, f"The event is about CA {ca_certificate_id}, none of this environment's."
        )
    return RegistrationEvent(certificate_id, ca_certificate_id)


def _json_object(body: str) -> dict[str, object]:
    if len(body) > LONGEST_BODY:
        raise Refused(
            Reason.MALFORMED, f"The body has {len(body)} characters, at most {LONGEST_BODY} are read."
        )
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(Reason.MALFORMED, f"The body is not JSON: {error}.") from error
    if not isinstance(fields, dict):
        raise Refused(Reason.MALFORMED, f"The body is a JSON {type(fields).__name__}, expected an object.")
    return fields


def _field(fields: dict[str, object], name: str, expected: re.Pattern[str]) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not expected.fullmatch(value):
        raise Refused(Reason.MALFORMED, f"{name} is {value!r:.100}, expected text like {expected.pattern}.")
    return value
