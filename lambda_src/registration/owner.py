"""The owner's own say about each device, asked of a function of theirs before anything is made for it."""

import json
from enum import StrEnum
from typing import TYPE_CHECKING

from records.record import IssuanceRecord, timestamp
from registration.refusal import Reason, Refused

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

LONGEST_ANSWER = 4096
"""Bytes; a decision and a sentence."""
LONGEST_REASON = 256
"""Characters of the owner's reason that are kept."""


class Verdict(StrEnum):
    """What the owner's function may answer."""

    ALLOW = "allow"
    REFUSE = "refuse"
    HOLD = "hold"
    """Neither: the certificate stays pending, and the device's next connect asks again."""


class UnclearDecision(Exception):  # noqa: N818  named for what happened
    """The owner's function failed, or its answer is none; nobody is let in on that, and it is asked again."""


class Owner:
    """The owner's decision function.

    It is invoked with certificate_id, thing_name, subject, serial, issuer, not_after and environment (texts),
    and answers `{"decision": "allow" | "refuse" | "hold", "reason": text}`. It may be asked more than once
    about a device, and must answer within the client's time.
    """

    def __init__(self, client: "LambdaClient", function: str, environment: str) -> None:
        self._client = client
        self._function = function
        self._environment = environment

    def decide(self, record: IssuanceRecord) -> Verdict:
        """Ask about a certificate; `allow` or `hold`.

        Raises:
            Refused: the owner refuses it, for the reason given.
            UnclearDecision: there is no decision.
            botocore's errors: the function could not be asked.
        """
        verdict, reason = self._ask(record)
        if verdict is Verdict.REFUSE:
            raise Refused(Reason.OWNER, reason or "The owner gave no reason.")
        return verdict

    def _ask(self, record: IssuanceRecord) -> tuple[Verdict, str]:
        answer = self._client.invoke(FunctionName=self._function, Payload=self._question(record))
        payload = answer["Payload"].read(LONGEST_ANSWER + 1)
        if answer.get("FunctionError"):
            raise UnclearDecision(f"The owner's decision function failed: {payload[:LONGEST_REASON]!r}")
        try:
            decision = json.loads(payload)
            return Verdict(decision["decision"]), str(decision.get("reason") or "")[:LONGEST_REASON]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise UnclearDecision(
                f"The owner's decision function answered {payload[:LONGEST_REASON]!r}, expected "
                '{"decision": "allow" | "refuse" | "hold", "reason": text}.'
            ) from error

    def _question(self, record: IssuanceRecord) -> bytes:
        question = {
            "certificate_id": record.certificate_id,
            "thing_name": record.thing_name,
            "subject": record.subject,
            "serial": record.serial,
            "issuer": record.issuer,
            "not_after": timestamp(record.not_after),
            "environment": self._environment,
        }
        return json.dumps(question).encode()
