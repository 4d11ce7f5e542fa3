"""The two queues in an account of moto's, and letters as they come to the dead-letter queue."""

import base64
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3

from jitr.redrive.dead_letter_queue import DeadLetterQueue
from registration.dead_letters import DeadLetters
from registration.message import Message
from registration.register import utc_now
from tests.unit.registration.boundary import Killed

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

ID = "d" * 64
OTHER = "e" * 64


def event(certificate_id: str = ID) -> str:
    """An event of AWS IoT's."""
    return json.dumps({"certificateId": certificate_id, "certificateStatus": "PENDING_ACTIVATION"})


class Queues:
    """Both queues; what the code under test calls may be stopped."""

    def __init__(self) -> None:
        session = boto3.Session("none", "none", region_name="eu-west-1")
        self.sqs: SQSClient = session.client("sqs")
        self.registration = self.sqs.create_queue(QueueName="registration")["QueueUrl"]
        self.dead = self.sqs.create_queue(QueueName="dead")["QueueUrl"]
        self._operators: SQSClient = session.client("sqs")
        self.code = DeadLetterQueue(self._operators, self.dead, self.registration, poll=0)

    def bury(self, reason: str, body: str | None = None, problem: str = "a problem") -> None:
        """Do what the registration function does."""
        message = Message("m", event() if body is None else body, 1, "handle", utc_now())
        DeadLetters(self.sqs, self.dead).bury(message, reason, problem)

    def drop(self, body: str) -> None:
        """Put a message there without a word, as SQS does, and the topic rule's error action."""
        self.sqs.send_message(QueueUrl=self.dead, MessageBody=body)

    def waiting(self, url: str) -> list[str]:
        """The bodies that a queue shows, sorted."""
        bodies: list[str] = []
        while found := self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=30
        ).get("Messages"):
            bodies += [each["Body"] for each in found]
        return sorted(bodies)

    def dies_before(self, operation: str) -> None:
        """Let the operator's process be killed before a call."""
        self._register(f"provide-client-params.sqs.{operation}", self._die)

    def answers(self, operation: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Let AWS answer something else."""
        self._register(f"after-call.sqs.{operation}", lambda parsed, **_: change(parsed))

    def _register(self, happening: str, handler: Callable[..., None]) -> None:
        self._operators.meta.events.register(happening, handler)

    @staticmethod
    def _die(**_: Any) -> None:
        raise Killed


def of_the_rule(body: str, message: str = "access denied") -> str:
    """The document of a topic rule's error action."""
    return json.dumps(
        {
            "ruleName": "registration",
            "topic": "$aws/events/certificates/registered/ca",
            "base64OriginalPayload": base64.b64encode(body.encode()).decode(),
            "failures": [{"failedAction": "SqsAction", "errorMessage": message}],
        }
    )
