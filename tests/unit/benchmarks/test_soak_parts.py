"""What the soak looks with: the journal's figures, the queues, and which processes it may kill."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE
from typing import Any

import boto3
import pytest
from moto import mock_aws

from benchmarks.fleet.identity import Identity, Signer
from benchmarks.proxy.journal import Call, Journal
from benchmarks.proxy.process import RunningProxy
from benchmarks.soak.events import event, poison
from benchmarks.soak.function import RegistrationFunction
from benchmarks.soak.queues import Queues
from benchmarks.soak.watch import Watch
from jitr.local import LocalAws, Ports
from jitr.local.process import Process
from jitr.local.state import State

CA = "ca" * 32


@pytest.fixture(scope="module")
def fleet() -> list[Identity]:
    return Signer.unknown("factory").sign(f"lamp-{number}" for number in range(5))


@pytest.fixture
def queues() -> Iterator[Queues]:
    with mock_aws():
        sqs = boto3.client("sqs", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("registration", "dead")]
        yield Queues(sqs, *urls)


def activation(identity: Identity, at: float, **changes: Any) -> Call:
    fields = {"seconds": 0.1, "upstream": 0.1, "service": "iot", "operation": "UpdateCertificate"}
    outcome = {"status": 200, "certificate_id": identity.id, "new_status": "ACTIVE"}
    return Call(**{"at": at, **fields, **outcome, **changes})


def watched(folder: Path, *calls: Call) -> Watch:
    """A watch that began before these calls."""
    file = folder / "calls.jsonl"
    watch = Watch(RunningProxy(0, 0, file))
    with Journal(file) as journal:
        for call in calls:
            journal.write(call)
    return watch


def test_rate_is_from_the_first_activation_to_the_last(tmp_path: Path, fleet: list[Identity]) -> None:
    watch = watched(tmp_path, *(activation(each, at=100 + n * 0.1) for n, each in enumerate(fleet)))

    assert watch.rate(fleet) == pytest.approx(10)


def test_activation_that_was_repeated_counts_once_for_the_rate(tmp_path: Path, fleet: list[Identity]) -> None:
    one, other = fleet[:2]
    watch = watched(
        tmp_path, activation(one, 100), activation(one, 101), activation(other, 102), activation(one, 109)
    )

    assert watch.rate(fleet) == pytest.approx(0.5)
    assert watch.activations(fleet) == {one.id: [100, 101, 109], other.id: [102]}


def test_lost_answer_is_an_activation_and_a_throttled_call_is_none(
    tmp_path: Path, fleet: list[Identity]
) -> None:
    lost, throttled, off = fleet[:3]
    watch = watched(
        tmp_path,
        activation(lost, 100, fault="lost_answer"),
        activation(throttled, 101, status=400, throttled=True),
        activation(off, 102, new_status="INACTIVE"),
    )

    assert list(watch.activations(fleet)) == [lost.id]
    assert watch.counts() == {"iot:UpdateCertificate": 3, "throttled": 1, "failed on purpose": 1}


def test_rate_of_too_few_is_none(tmp_path: Path, fleet: list[Identity]) -> None:
    assert watched(tmp_path, activation(fleet[0], 100)).rate(fleet) == 0


def test_messages_are_delivered_by_tens(queues: Queues) -> None:
    queues.deliver(str(number) for number in range(23))

    assert queues.waiting() == 23
    assert queues.await_settled(patience=0) == 23


def test_dead_letters_are_read_with_their_reasons_and_removed(queues: Queues) -> None:
    reason = {"Reason": {"DataType": "String", "StringValue": "malformed"}}
    queues.sqs.send_message(QueueUrl=queues.dead, MessageBody="with", MessageAttributes=reason)
    queues.sqs.send_message(QueueUrl=queues.dead, MessageBody="without")

    taken = {letter.body: letter.reason for letter in queues.take_dead_letters()}

    assert taken == {"with": "malformed", "without": None}
    assert queues.dead_letters() == 0


def test_visibility_is_shortened_for_a_while(queues: Queues) -> None:
    def deployed() -> str:
        answer = queues.sqs.get_queue_attributes(QueueUrl=queues.registration, AttributeNames=["All"])
        return answer["Attributes"]["VisibilityTimeout"]

    before = deployed()
    with queues.visibility(7) as seconds:
        during = deployed()

    assert (seconds, during, deployed()) == (7, "7", before)


def test_no_two_poisonous_messages_are_the_same() -> None:
    assert len({poison(number, CA) for number in range(50)}) == 50


def test_late_event_says_when_it_was_made() -> None:
    late, fresh = (json.loads(event("ab" * 32, CA, hours_ago=hours)) for hours in (7, 0))

    assert fresh["timestamp"] - late["timestamp"] == pytest.approx(7 * 3600 * 1000, abs=1000)


def test_only_the_functions_own_processes_are_killed(tmp_path: Path) -> None:
    process = Process.of(os.getpid())
    assert process is not None
    aws = LocalAws(tmp_path, State(process, Ports(0, 0, 0, 0), "us-east-1"))
    function = RegistrationFunction(aws, "registrar", client=None, logs=None)  # type: ignore[arg-type]
    program = [sys.executable, "-c", "print(flush=True); input()"]
    folders = [tmp_path / "tmp" / f"ministack-lambda-{name}-abc" for name in ("registrar", "issuer")]
    own, other = (
        subprocess.Popen([*program, str(folder / "_worker.py")], stdin=PIPE, stdout=PIPE)
        for folder in folders
    )
    try:
        for child in (own, other):
            assert child.stdout is not None
            child.stdout.readline()  # from here on it is listed under its own name
        killed = function.kill()
        code = own.wait(timeout=10)

        assert (killed, code, other.poll()) == (True, -9, None)
        assert not function.kill()
    finally:
        for child in (own, other):
            child.kill()
            child.communicate()
