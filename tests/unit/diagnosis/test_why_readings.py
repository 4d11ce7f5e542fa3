"""What was read, understood: questions, certificates, dead letters, log lines."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from jitr.diagnosis.facts import Kind
from jitr.diagnosis.leaf import leaf_of, read_leaf, signed_by
from jitr.diagnosis.part import Unread
from jitr.diagnosis.reading import letters, logs
from jitr.diagnosis.reading.question import question
from jitr.diagnosis.reading.reader import Reader
from jitr.failure import BadUseError
from pki.identity import pem
from tests.unit.diagnosis.cases import ID, QUEUE_URL
from tests.unit.jitr.factory import CA, OTHER_KEY, leaf, leaf_pem

NOW = datetime(2030, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "kind", "meant"),
    [
        ("pump-1", Kind.THING, "pump-1"),
        (ID, Kind.CERTIFICATE, ID),
        ("AB" * 32, Kind.CERTIFICATE, "ab" * 32),
        (f"arn:aws:iot:eu-west-1:111122223333:cert/{ID}", Kind.CERTIFICATE, ID),
        (ID[:63], Kind.THING, ID[:63]),
    ],
)
def test_a_question_is_about_what_its_text_looks_like(text: str, kind: Kind, meant: str) -> None:
    asked, found = question(text)
    assert (asked.kind, asked.text, found) == (kind, meant, None)


@pytest.mark.parametrize("name", ["device.crt", "pump-1"])
def test_a_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(leaf_pem())
    asked, found = question(name)
    assert asked.kind is Kind.FILE
    assert found is not None
    assert found.common_name == "pump-1"


@pytest.mark.parametrize("text", ["a b", "", "nowhere/device", "nowhere.pem", "x" * 129, "pump\n"])
def test_what_is_none_of_them_is_refused(text: str) -> None:
    with pytest.raises(BadUseError):
        question(text)


def test_a_file_without_a_certificate_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "device.csr"
    file.write_text("-----BEGIN CERTIFICATE REQUEST-----\n")
    with pytest.raises(BadUseError, match="holds no certificate"):
        question(str(file))


def test_the_first_certificate_of_a_chain_is_the_device_s() -> None:
    found = read_leaf(leaf_pem() + pem(CA))
    assert found is not None
    assert (found.common_name, found.issuer) == ("pump-1", CA.subject.rfc4514_string())


def test_a_signature_is_checked() -> None:
    assert signed_by(leaf_of(leaf()), pem(CA)) is True
    assert signed_by(leaf_of(leaf(ca_key=OTHER_KEY)), pem(CA)) is False
    assert signed_by(leaf_of(leaf()), "no certificate") is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, None),
        ({"hash_": hashes.SHA384()}, None),
        ({"key": rsa.generate_private_key(65537, 1024).public_key()}, "1024 bits"),  # noqa: S505  too short on purpose
        ({"key": ec.generate_private_key(ec.SECP256K1()).public_key()}, "secp256k1"),
        ({"hash_": hashes.SHA224()}, "sha224"),
    ],
)
def test_a_certificate_that_aws_iot_takes_from_nobody_is_seen(
    changes: dict[str, Any], said: str | None
) -> None:
    found = leaf_of(leaf(**changes)).unfit
    assert found is None if said is None else said in str(found)


def test_a_rule_s_letter_carries_its_event_in_base64() -> None:
    body = {
        "ruleName": "r",
        "base64OriginalPayload": base64.b64encode(json.dumps({"certificateId": ID}).encode()).decode(),
        "failures": [{"failedAction": "SqsAction", "errorMessage": "Access to the queue was denied"}],
    }
    found = dead_letters([letter("1", json.dumps(body))])
    (told,) = found.about
    assert (told.by_rule, told.reason, told.problem) == (True, "SqsAction", "Access to the queue was denied")


def letter(id_: str, body: str, **attributes: str) -> dict[str, Any]:
    return {
        "MessageId": id_,
        "Body": body,
        "Attributes": {"SentTimestamp": "1900000000000"},
        "MessageAttributes": {name: {"StringValue": value} for name, value in attributes.items()},
    }


def dead_letters(pool: list[dict[str, Any]], claimed: int | None = None) -> Any:
    """Look through a queue that hands out ten at a time, round and round."""
    handed = iter(pool * 100)

    def receive_message(**asked: Any) -> dict[str, Any]:
        assert asked["VisibilityTimeout"] == 0
        return {"Messages": [message for message, _ in zip(handed, range(10), strict=False)]}

    count = len(pool) if claimed is None else claimed
    attributes = {"QueueArn": "arn", "ApproximateNumberOfMessages": str(count)}
    sqs = SimpleNamespace(
        receive_message=receive_message,
        get_queue_attributes=lambda **_: {"Attributes": attributes},
    )
    return letters.dead_letters(SimpleNamespace(sqs=sqs), QUEUE_URL, ID)  # type: ignore[arg-type]  # a part


def test_a_letter_is_found_among_others_with_its_reason() -> None:
    pool = [letter(str(number), "{}") for number in range(25)]
    pool[17] = letter("17", json.dumps({"certificateId": ID}), Reason="InvalidRecord", Problem="Broken.")
    found = dead_letters(pool)
    (told,) = found.about
    assert (told.reason, told.problem, told.by_rule) == ("InvalidRecord", "Broken.", False)
    assert told.sent == datetime(2030, 3, 17, 17, 46, 40, tzinfo=UTC)
    assert (found.looked_at, found.about_in_all) == (25, 25)


def test_a_flood_of_letters_is_looked_at_in_part() -> None:
    found = dead_letters([letter(str(number), "poison") for number in range(1000)])
    assert (found.about, found.looked_at, found.about_in_all) == ((), 300, 1000)


def test_looking_ends_when_nothing_new_comes() -> None:
    assert dead_letters([letter("1", "poison")], claimed=90).looked_at == 1


def lines(*messages: object) -> list[dict[str, Any]]:
    stamp = int(NOW.timestamp() * 1000)
    return [{"timestamp": stamp, "message": m if isinstance(m, str) else json.dumps(m)} for m in messages]


def reader_of(events: list[dict[str, Any]]) -> Any:
    pages = SimpleNamespace(paginate=lambda **_: iter([{"events": events}]))
    return SimpleNamespace(logs=SimpleNamespace(get_paginator=lambda _: pages))


def test_the_registration_s_outcomes_are_read_from_among_other_lines() -> None:
    outcome = {"Operation": "registration", "Outcome": "retried", "Reason": "claimed", "certificate_id": ID}
    events = lines("START RequestId", {"Operation": "announcement", "Outcome": "failed"}, [], outcome)
    (line,) = logs.registration_lines(reader_of(events), "/logs", ID, NOW - timedelta(hours=1))
    assert (line.outcome, line.reason, line.certificate_id, line.at) == ("retried", "claimed", ID, NOW)


def test_refused_connections_count_since_the_last_that_was_accepted() -> None:
    def tried(status: str, client: str) -> dict[str, str]:
        return {
            "eventType": "Connect",
            "status": status,
            "clientId": client,
            "principalId": ID,
            "reason": "no",
        }

    events = lines(tried("Failure", "old"), tried("Success", "pump-1"), tried("Failure", "new"))
    (refused,) = logs.refusals(reader_of(events), ID, NOW)
    assert (refused.client_id, refused.reason) == ("new", "no")


def refusing(code: str) -> Any:
    def call() -> None:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "DescribeThing")

    return call


def test_what_the_reader_may_not_read_is_said_and_stops_nothing() -> None:
    part = Reader.attempt("the thing", refusing("AccessDeniedException"))
    assert isinstance(part, Unread)
    assert "DescribeThing" in part.why


def test_credentials_of_no_use_stop_everything() -> None:
    with pytest.raises(ClientError):
        Reader.attempt("the thing", refusing("ExpiredToken"))
