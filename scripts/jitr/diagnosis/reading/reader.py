"""Calls to AWS whose refusal is a part of the answer, and clients to make them with."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from jitr.aws_errors import EXPIRED, UNKNOWN, code_of, explained
from jitr.diagnosis.part import Unread
from jitr.target import Target

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iot import IoTClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sqs import SQSClient

T = TypeVar("T")
AT_ONCE = 8
"""Calls side by side: AWS IoT takes ten a second of most of them."""


class Reader:
    """An environment's AWS, read only. Clients are made at once: making them is not safe in threads."""

    def __init__(self, target: Target) -> None:
        session = target.session
        self.target = target
        self.iot: IoTClient = session.client("iot")
        self.sqs: SQSClient = session.client("sqs")
        self.functions: LambdaClient = session.client("lambda")
        self.logs: CloudWatchLogsClient = session.client("logs")
        self.records: DynamoDBClient = session.client("dynamodb")
        self.stacks: CloudFormationClient = session.client("cloudformation")
        self._sts = session.client("sts")
        self.iam: Any = session.client("iam")

    def account(self) -> str:
        """Give the account of the credentials."""
        return str(self._sts.get_caller_identity()["Account"])

    @staticmethod
    def attempt(what: str, call: Callable[[], T]) -> T | Unread:
        """Make a call; what AWS refuses is not read, and stops nothing else.

        Raises:
            ClientError: the credentials themselves are of no use.
            BotoCoreError: AWS cannot be reached.
        """
        try:
            return call()
        except ClientError as error:
            if code_of(error) in {*EXPIRED, *UNKNOWN}:
                raise
            return Unread(what, explained(error))

    @staticmethod
    def side_by_side(calls: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
        """Make calls at once, and give their results by name.

        Raises:
            Exception: what the first that failed raised, once all have ended.
        """
        with ThreadPoolExecutor(AT_ONCE) as pool:
            running = {name: pool.submit(call) for name, call in calls.items()}
        return {name: future.result() for name, future in running.items()}


def missing_is_none(call: Callable[[], T], *codes: str) -> T | None:
    """Make a call; None when AWS says that what it is about is not there.

    Raises:
        ClientError: anything else.
    """
    try:
        return call()
    except ClientError as error:
        if code_of(error) not in {"ResourceNotFoundException", *codes}:
            raise
        return None


def paged(client: Any, operation: str, items: str, **parameters: Any) -> Iterator[Any]:  # noqa: ANN401  any client
    """Give what a paginated operation lists."""
    for page in client.get_paginator(operation).paginate(**parameters):
        yield from page[items]
