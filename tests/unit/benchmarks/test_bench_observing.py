"""What the benchmark's local AWS notes, how events wait there, and how a function is fed without AWS."""

import json
import threading
from pathlib import Path

from benchmarks import asynchronous_queue
from benchmarks.calls import Call, Calls
from benchmarks.contenders.ours_direct import direct
from benchmarks.function import devices
from benchmarks.function.clients import timed
from records.record import IssuanceRecord


def test_calls_are_read_as_they_are_noted(tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    calls = Calls(file)
    file.write_text(line(1.0, activated="a") + line(2.0)[:-10])

    calls.catch_up()
    file.write_text(line(1.0, activated="a") + line(2.0, activated="a") + line(3.0, activated="b"))
    calls.catch_up()

    assert [call.answered for call in calls.seen] == [1.0, 2.0, 3.0]
    assert calls.activations == {"a": 1.0, "b": 3.0}
    assert [call.answered for call in calls.between(1.5, 2.5)] == [2.0]


def test_activation_that_failed_is_none(tmp_path: Path) -> None:
    (tmp_path / "calls.jsonl").write_text(line(1.0, activated="a", status=400))

    assert Calls(tmp_path / "calls.jsonl").activation("a", patience=0.01) is None


def test_nothing_noted_yet_is_no_error(tmp_path: Path) -> None:
    assert Calls(tmp_path / "calls.jsonl").between(0, 9) == []


def test_events_of_one_function_wait_and_none_is_lost() -> None:
    running, most, done, lock = [0], [0], [], threading.Lock()
    together = threading.Barrier(asynchronous_queue.AT_ONCE)

    def execute(_function: dict, event: dict) -> dict:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        together.wait(5)
        with lock:
            running[0] -= 1
            done.append(event["number"])
        return {}

    execute_in_turn = asynchronous_queue.waiting(execute)
    function = {"config": {"FunctionArn": "f"}}
    threads = [
        threading.Thread(target=execute_in_turn, args=(function, {"number": number}))
        for number in range(3 * asynchronous_queue.AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)

    assert sorted(done) == list(range(3 * asynchronous_queue.AT_ONCE))
    assert most[0] == asynchronous_queue.AT_ONCE


def test_event_of_the_direct_wiring_is_a_first_delivery() -> None:
    event = {"certificateId": "c", "timestamp": 1, "awsAccountId": devices.ACCOUNT}

    message = direct.as_message(event)

    assert json.loads(message["body"]) == event
    assert message["attributes"]["ApproximateReceiveCount"] == "1"


def test_device_on_paper_has_a_record_that_can_be_read() -> None:
    (message,) = devices.batch(1, number=7)["Records"]
    certificate_id = json.loads(message["body"])["certificateId"]

    record = IssuanceRecord.from_item(devices.item(certificate_id))

    assert (record.certificate_id, record.issuer) == (certificate_id, devices.AUTHORITY)


def test_batches_are_about_different_devices() -> None:
    bodies = {message["body"] for number in (1, 2) for message in devices.batch(10, number)["Records"]}

    assert len(bodies) == 20


def test_time_for_clients_is_taken_wherever_they_are_made() -> None:
    class Session:
        def create_client(self, name: str) -> str:
            return name

    making = timed(Session)

    assert Session().create_client("iot") == "iot"
    assert making.seconds > 0


def line(answered: float, activated: str | None = None, status: int = 200) -> str:
    """A line as the server writes it."""
    call = Call(answered, 0.0, "function", "iot:UpdateCertificate", status, activated)
    return json.dumps(vars(call)) + "\n"
