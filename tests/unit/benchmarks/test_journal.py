"""The journal of the proxy, read while it is written."""

from pathlib import Path

from benchmarks.proxy.journal import Call, Journal, Tail

CALL = Call(at=1.0, seconds=0.2, upstream=0.1, service="iot", operation="CreateThing", status=200)


def test_each_call_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    tail = Tail(file)
    with Journal(file) as journal:
        journal.write(CALL)
        first = tail.new()
        journal.write(CALL)
        second = tail.new()

    assert (first, second, tail.new()) == ([CALL], [CALL], [])


def test_half_a_line_waits(tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    with Journal(file) as journal:
        journal.write(CALL)
    whole = file.read_bytes()
    file.write_bytes(whole[:40])
    tail = Tail(file)
    early = tail.new()
    file.write_bytes(whole)

    assert (early, tail.new()) == ([], [CALL])


def test_what_was_there_before_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    with Journal(file) as journal:
        journal.write(CALL)

    assert Tail(file, from_end=True).new() == []


def test_call_that_was_throttled_activated_nothing() -> None:
    throttled = Call(
        at=1.0,
        seconds=0.1,
        upstream=0.0,
        service="iot",
        operation="UpdateCertificate",
        status=400,
        throttled=True,
        new_status="ACTIVE",
    )

    assert not throttled.activation
