"""A function behind a topic rule, with and without a queue between them, made as a tutorial would make it."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from jitr.local.aws import ACCOUNT

TIMEOUT = 30
"""Seconds; our own function's."""
VISIBILITY = 6 * TIMEOUT
"""Seconds (Lambda developer guide, "Using Lambda with Amazon SQS")."""


@dataclass(frozen=True)
class Poller:
    """How Lambda takes messages from a queue: the same for every contender that has one."""

    batch_size: int
    concurrency: int


@dataclass(frozen=True)
class Function:
    """A function as it is handed to Lambda."""

    name: str
    runtime: str
    handler: str
    code: bytes
    role: str
    variables: Mapping[str, str]


@dataclass(frozen=True)
class Wiring:
    """Makes functions, rules and queues through `session`."""

    session: boto3.Session

    def role(self, name: str, service: str, actions: list[str]) -> str:
        """Make a role that `service` may take and that may do `actions` on everything; give its ARN."""
        iam = self.session.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(trust))["Role"]
        iam.put_role_policy(RoleName=name, PolicyName="what-it-does", PolicyDocument=_document(allowed))
        return str(role["Arn"])

    def function(self, function: Function) -> str:
        """Make a function, and give its ARN."""
        made = self.session.client("lambda").create_function(
            FunctionName=function.name,
            Runtime=function.runtime,  # type: ignore[arg-type]  # one of a hundred literals
            Handler=function.handler,
            Role=function.role,
            Code={"ZipFile": function.code},
            Timeout=TIMEOUT,
            MemorySize=256,
            Environment={"Variables": dict(function.variables)},
        )
        return made["FunctionArn"]

    def direct(self, name: str, function_arn: str, authority: str) -> None:
        """Let a rule invoke the function for each event about an authority's devices."""
        self.session.client("lambda").add_permission(
            FunctionName=function_arn,
            StatementId="rule",
            Action="lambda:InvokeFunction",
            Principal="iot.amazonaws.com",
            SourceAccount=ACCOUNT,
        )
        self._rule(name, authority, {"lambda": {"functionArn": function_arn}})

    def queued(self, name: str, function_arn: str, authority: str, poller: Poller) -> None:
        """Let a rule put each event into a queue from which the function takes batches."""
        sqs = self.session.client("sqs")
        queue = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": str(VISIBILITY)})[
            "QueueUrl"
        ]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.session.client("lambda").create_event_source_mapping(
            EventSourceArn=arn,
            FunctionName=function_arn,
            BatchSize=poller.batch_size,
            ScalingConfig={"MaximumConcurrency": poller.concurrency},
        )
        role = self.role(f"{name}-rule", "iot.amazonaws.com", ["sqs:SendMessage"])
        self._rule(name, authority, {"sqs": {"queueUrl": queue, "roleArn": role, "useBase64": False}})

    def _rule(self, name: str, authority: str, action: Mapping[str, Any]) -> None:
        self.session.client("iot").create_topic_rule(
            ruleName=name.replace("-", "_"),
            topicRulePayload={
                "sql": f"SELECT * FROM '$aws/events/certificates/registered/{authority}'",  # noqa: S608
                "awsIotSqlVersion": "2016-03-23",
                "actions": [action],  # type: ignore[list-item]  # one of its kinds
            },
        )


def zipped(files: Mapping[str, bytes], beside: bytes | None = None) -> bytes:
    """Give a zip of files by their names in it, with all that another zip holds."""
    packed = io.BytesIO(beside or b"")
    with zipfile.ZipFile(packed, "a" if beside else "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def zipped_file(file: Path) -> bytes:
    """Give a zip of one file."""
    return zipped({file.name: file.read_bytes()})


def _document(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
