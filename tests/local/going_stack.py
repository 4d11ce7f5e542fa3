"""A stack that is on its way out, and of which nothing is gone yet."""

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http import HTTPStatus
from http.client import HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from fleet import Fleet, awaited
from function_code import BY_LAMBDA, take_away, zipped

from contract import stack_name

NAME = "pared-holds-back"
HOLD = """
import json, os
import boto3

def handle(event, _context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(event))
"""
LAST = "zzzHeldBack"
"""A resource's logical id. What nothing else waits for is made in alphabetical order, and so goes first."""


@contextmanager
def going(fleet: Fleet) -> Iterator[None]:
    """Begin to delete an environment's stack, hold it back at its first resource, and end it afterwards."""
    client, name = fleet.client("cloudformation"), stack_name(fleet.environment)
    with a_function_that_holds_back(fleet) as (function, queue):
        client.update_stack(
            StackName=name, TemplateBody=with_one_more(fleet, function), Capabilities=["CAPABILITY_IAM"]
        )
        answer(fleet, heard(fleet, queue))
        client.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
        client.delete_stack(StackName=name)
        deletion = heard(fleet, queue)
        try:
            yield
        finally:
            answer(fleet, deletion)
            client.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def with_one_more(fleet: Fleet, function: str) -> str:
    """The stack's template with a custom resource of the function."""
    name = stack_name(fleet.environment)
    body = fleet.client("cloudformation").get_template(StackName=name)["TemplateBody"]
    template = json.loads(body) if isinstance(body, str) else body
    template["Resources"][LAST] = {"Type": "Custom::HeldBack", "Properties": {"ServiceToken": function}}
    return json.dumps(template, separators=(",", ":"))


@contextmanager
def a_function_that_holds_back(fleet: Fleet) -> Iterator[tuple[str, str]]:
    """A function that puts CloudFormation's events into a queue and answers none: its ARN; the queue."""
    iam, functions, sqs = (fleet.client(service) for service in ("iam", "lambda", "sqs"))
    queue = sqs.create_queue(QueueName=NAME)["QueueUrl"]
    role = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(BY_LAMBDA))
    allowed = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName=NAME, PolicyName=NAME, PolicyDocument=document)
    made = functions.create_function(
        FunctionName=NAME,
        Runtime="python3.12",
        Role=role["Role"]["Arn"],
        Handler="hold.handle",
        Code={"ZipFile": zipped("hold.py", HOLD)},
        Environment={"Variables": {"QUEUE": queue}},
    )
    try:
        yield made["FunctionArn"], queue
    finally:
        take_away(fleet, NAME)
        iam.delete_role_policy(RoleName=NAME, PolicyName=NAME)
        iam.delete_role(RoleName=NAME)
        sqs.delete_queue(QueueUrl=queue)


def heard(fleet: Fleet, queue: str) -> dict[str, Any]:
    """The next event of CloudFormation's."""
    sqs = fleet.client("sqs")
    (message,) = awaited(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    event: dict[str, Any] = json.loads(message["Body"])
    return event


def answer(fleet: Fleet, event: Mapping[str, str]) -> None:
    """Tell CloudFormation that it is done (user guide, "Custom resource response objects")."""
    same = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    body = json.dumps({"Status": "SUCCESS", "PhysicalResourceId": NAME, **same}).encode()
    url = urlsplit(event["ResponseURL"])
    trusted = ssl.create_default_context(cafile=str(fleet.aws.certificate))
    with closing(HTTPSConnection(url.netloc, context=trusted, timeout=30)) as connection:
        connection.request("PUT", f"{url.path}?{url.query}", body)
        assert connection.getresponse().status < HTTPStatus.BAD_REQUEST
