"""`jitr smoke` of a deployed environment: passes, fails with a reason, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from fleet import Fleet, awaited
from typer.testing import CliRunner

from contract import Output
from jitr.local import LocalAws
from jitr.local.session import LocalSession
from jitr.main import app
from jitr_stack.smoke_access import SMOKE_PREFIX, smoke_permissions
from records.state import State

EXPORTABLE = "exportable"


@pytest.fixture
def started(exportable: Fleet, environments: Path) -> Callable[..., "subprocess.Popen[str]"]:
    """Starts the command as a pipeline does."""

    def start(*words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [Path(sys.executable).with_name("jitr"), "smoke", "-e", EXPORTABLE, "--json", *words],
            env={
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "JITR_LOCAL": str(exportable.aws.folder),
                "JITR_ENVIRONMENTS": str(environments),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


Smoke = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def smoke(started: Callable[..., "subprocess.Popen[str]"]) -> Smoke:
    """Runs the command; gives exit code, JSON, and what was said beside it."""

    def run(*words: str) -> tuple[int, dict[str, Any], str]:
        with started(*words) as child:
            printed, said = child.communicate()
        return child.returncode, json.loads(printed), said

    return run


def test_an_environment_that_does_its_job_passes(smoke: Smoke) -> None:
    code, answer, said = smoke()

    assert (code, answer["passed"], answer["problem"], said) == (0, True, None, "")
    seen = answer["device"]
    assert (seen["first_connect"], seen["own_topic"], seen["foreign_topic"]) == (
        "dropped",
        "accepted",
        "refused",
    )
    assert answer["after_revocation"] == "dropped"


def test_nothing_of_the_device_is_left_but_its_record(smoke: Smoke, exportable: Fleet) -> None:
    _code, answer, _said = smoke()

    device = answer["device"]["certificate_id"]
    assert left(exportable) == ([], {State.REVOKED})
    assert exportable.status_of(device) is None
    assert f"thing {answer['device']['thing_name']} deleted" in answer["taken_back"]


def test_a_disabled_rule_is_the_reason_that_is_given_and_no_device_is_tried(
    smoke: Smoke, exportable: Fleet
) -> None:
    with disabled_rule(exportable) as rule:
        code, answer, said = smoke()

    assert code == 1
    assert answer["problem"] == f"rules: {rule} is disabled: no new device comes in"
    assert said == f"jitr: {EXPORTABLE} failed the smoke test: {answer['problem']}\n"
    assert (answer["device"], answer["taken_back"]) == (None, [])


def test_what_only_a_device_notices_is_found_and_explained(smoke: Smoke, exportable: Fleet) -> None:
    with forbidden_queue(exportable):
        code, answer, _said = smoke("--wait", "3")

    assert code == 1
    assert "is PENDING_ACTIVATION after 3 s, not ACTIVE" in answer["problem"]
    assert "failed: AccessDenied" in answer["problem"]
    assert left(exportable) == ([], {State.REVOKED})


def test_ctrl_c_leaves_nothing_behind(
    started: Callable[..., "subprocess.Popen[str]"], exportable: Fleet
) -> None:
    before = pending(exportable)
    with forbidden_queue(exportable), started("--wait", "600") as child:
        awaited(lambda: pending(exportable) - before)
        child.send_signal(signal.SIGINT)
        printed, said = child.communicate(timeout=60)

    assert (child.returncode, printed) == (130, "")
    assert said == "jitr: stopped; what it had started has ended\n"
    assert pending(exportable) == before
    assert left(exportable) == ([], {State.REVOKED})


def test_it_needs_what_it_is_granted_and_no_more(local: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    granted = {action for each in smoke_permissions("local") for action in each.actions}
    called = as_pipeline(local, monkeypatch, granted | MISTAKEN_HERE)
    monkeypatch.setenv("JITR_LOCAL", str(local.aws.folder))

    done = CliRunner().invoke(app, ["smoke", "-e", "local", "--json"])

    assert done.exit_code == 0, done.output
    findings = json.loads(done.stdout)["doctor"]["findings"]
    assert [each for each in findings if each["verdict"] == "not checked"] == []
    assert called - WITHOUT_PERMISSION == granted - NOT_HERE


WITHOUT_PERMISSION = {"sts:GetCallerIdentity"}
"""Allowed to everybody (STS API reference)."""
NOT_HERE = {"iot:DescribeEndpoint"}
"""The local AWS is found by its ports."""
MISTAKEN_HERE = {"lambda:PutFunctionConcurrency"}
"""What the local AWS asks for where AWS asks for `lambda:GetFunctionConcurrency`."""
ACTIONS = {"lambda:Invoke": "lambda:InvokeFunction", "iot-data:DeleteConnection": "iot:DeleteConnection"}
"""Actions that are not named as their operation."""


def as_pipeline(fleet: Fleet, monkeypatch: pytest.MonkeyPatch, actions: set[str]) -> set[str]:
    """Let the command have the credentials of one who may do this and nothing else; give what it calls."""
    iam, called = fleet.client("iam"), set[str]()
    statement = {"Effect": "Allow", "Action": sorted(actions), "Resource": "*"}
    iam.create_user(UserName="pipeline")
    iam.put_user_policy(
        UserName="pipeline",
        PolicyName="smoke",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    key = iam.create_access_key(UserName="pipeline")["AccessKey"]

    def session(aws: LocalAws) -> boto3.Session:
        core = LocalSession(aws.endpoint_url, aws.certificate)
        core.register("before-call", lambda model, **_: called.add(action(model)))
        return boto3.Session(
            key["AccessKeyId"], key["SecretAccessKey"], region_name=aws.state.region, botocore_session=core
        )

    monkeypatch.setattr(LocalAws, "session", session)
    return called


def action(model: Any) -> str:
    """The action that an operation needs."""
    name = f"{model.service_model.service_name}:{model.name}"
    return ACTIONS.get(name, name)


def left(fleet: Fleet) -> tuple[list[str], set[str]]:
    """Things of smoke tests that are there, and the states of their records."""
    pages = fleet.client("iot").get_paginator("list_things").paginate()
    things = [each["thingName"] for page in pages for each in page["things"]]
    items = fleet.client("dynamodb").scan(TableName=fleet.outputs[Output.ISSUANCE_RECORDS])["Items"]
    records = [item for item in items if item.get("thing_name", {}).get("S", "").startswith(SMOKE_PREFIX)]
    return (
        [name for name in things if name.startswith(SMOKE_PREFIX)],
        {record["state"]["S"] for record in records if "state" in record},
    )


def pending(fleet: Fleet) -> set[str]:
    """Ids of certificates that wait to be registered, or were refused or revoked."""
    pages = fleet.client("iot").get_paginator("list_certificates").paginate()
    return {
        each["certificateId"] for page in pages for each in page["certificates"] if each["status"] != "ACTIVE"
    }


@contextmanager
def disabled_rule(fleet: Fleet) -> Iterator[str]:
    """Let no event come for a while."""
    iot = fleet.client("iot")
    rules = iot.list_topic_rules()["rules"]
    rule = next(each["ruleName"] for each in rules if each["ruleName"].startswith(EXPORTABLE))
    iot.disable_topic_rule(ruleName=rule)
    try:
        yield rule
    finally:
        iot.enable_topic_rule(ruleName=rule)


@contextmanager
def forbidden_queue(fleet: Fleet) -> Iterator[None]:
    """Let nobody send to the registration queue for a while, which the doctor does not see."""
    sqs, url = fleet.client("sqs"), fleet.outputs[Output.REGISTRATION_QUEUE]
    policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"].get("Policy", "")
    denied = {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    forbidden = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": forbidden})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        sqs.purge_queue(QueueUrl=fleet.outputs[Output.DEAD_LETTER_QUEUE])
