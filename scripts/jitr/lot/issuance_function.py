"""The deployed issuance function, asked about many requests at once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from contract import Output
from issuance.busy import busy_reason
from jitr.deployed import IssuedCertificate, output
from jitr.failure import FailureError
from jitr.target import Target

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

LONGEST_CALL = 40
"""Seconds; the function ends after 30."""


@dataclass(frozen=True)
class NotIssued:
    """A request that got no certificate; `busy`: it may get one when it is asked about again."""

    reason: str
    message: str
    busy: bool = False


Answer = IssuedCertificate | NotIssued


class FunctionFailed(Exception):  # noqa: N818  named for what happened
    """A call ended without an answer; the text is what Lambda said."""


@dataclass(frozen=True)
class IssuanceFunction:
    """The function of one environment."""

    client: "LambdaClient"
    name: str

    @classmethod
    def of(cls, target: Target, at_once: int) -> "IssuanceFunction":
        """Find it by the stack's outputs; it will be called up to `at_once` times side by side.

        Raises:
            FailureError: the stack is not deployed.
        """
        name = output(target, Output.ISSUANCE_FUNCTION)
        # What is worth asking again is asked by whoever calls, who knows how much else there is to ask.
        config = Config(
            connect_timeout=5,
            read_timeout=LONGEST_CALL,
            max_pool_connections=at_once,
            retries={"total_max_attempts": 1},
        )
        return cls(target.session.client("lambda", config=config), name)

    def ask(self, csrs: Sequence[str]) -> list[Answer]:
        """Give an answer to each request, in order.

        Raises:
            FunctionFailed: it ran out of time or memory, or met what is no fault of a request.
            FailureError: an earlier version is deployed.
            botocore.exceptions.ClientError: AWS refused the call.
        """
        try:
            called = self.client.invoke(
                FunctionName=self.name, Payload=json.dumps({"csrs": list(csrs)}).encode()
            )
            payload: dict[str, Any] = json.loads(called["Payload"].read() or b"{}")
        except (ClientError, BotoCoreError) as error:
            reason = busy_reason(error)
            if reason is None:
                raise
            return [NotIssued(reason, str(error), busy=True)] * len(csrs)
        if "FunctionError" in called:
            raise FunctionFailed(payload.get("errorMessage", "no message"))
        if len(payload.get("answers", ())) != len(csrs):
            raise FailureError(
                f"the issuance function {self.name} does not sign in bulk; it was deployed by an earlier "
                "version: deploy again"
            )
        return [_read(each, payload) for each in payload["answers"]]


def _read(answer: Mapping[str, Any], beside: Mapping[str, Any]) -> Answer:
    for kind in ("refused", "busy"):
        if said := answer.get(kind):
            return NotIssued(said["reason"], said["message"], busy=kind == "busy")
    return IssuedCertificate.read({**beside, **answer})
