"""Many requests in one call: each gets its own answer, and AWS's bad moments spoil none for good."""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import RLock
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract import MOST_REQUESTS
from issuance import batch, handler
from issuance.busy import busy_reason
from pki.identity import pem
from records.reading import UnansweredRead
from records.record import IssuanceRecord
from records.table import IssuanceRecords
from tests.unit.issuance.account import TABLE
from tests.unit.issuance.test_issuance_handler import ca as ca  # noqa: PLC0414  the fixture
from tests.unit.issuance.test_issuance_handler import deployed as deployed  # noqa: PLC0414
from tests.unit.pki import forging as forge
from tests.unit.pki.moto_clients import client

CSRS = [forge.request_pem(forge.common_name(f"pump-{number}")) for number in range(5)]
NAMELESS = forge.request_pem(forge.common_name("no/slash"))


@dataclass(frozen=True)
class Time:
    """Lambda's context, with so many milliseconds left."""

    left: int = 30_000

    def get_remaining_time_in_millis(self) -> int:
        return self.left


def asked(*csrs: object, left: int = 30_000) -> dict[str, Any]:
    return handler.handle({"csrs": list(csrs)}, Time(left))


def refused_by_aws(code: str, status: int = 400, **more: object) -> ClientError:
    answer = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer | more, "Sign")  # type: ignore[arg-type]  # as botocore makes it


@pytest.fixture(autouse=True)
def one_call_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let calls wait for each other: moto copies a whole table for a transaction, and bears no other then."""
    lock, call = RLock(), BaseClient._make_api_call  # type: ignore[attr-defined]  # where all calls go

    def alone(self: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        with lock:
            return call(self, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", alone)


@pytest.fixture
def throttled(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Names of devices whose records DynamoDB is too busy to write."""
    names: set[str] = set()
    write = IssuanceRecords.add

    def add(self: IssuanceRecords, record: IssuanceRecord, instead_of: str | None = None) -> IssuanceRecord:
        if record.thing_name in names:
            raise refused_by_aws("ThrottlingException")
        return write(self, record, instead_of)

    monkeypatch.setattr(IssuanceRecords, "add", add)
    return names


def test_each_request_gets_its_certificate_in_order_and_the_authority_is_said_once(
    ca: x509.Certificate,
) -> None:
    answer = asked(*CSRS)

    assert [each["thing_name"] for each in answer["answers"]] == [f"pump-{number}" for number in range(5)]
    for each in answer["answers"]:
        x509.load_pem_x509_certificate(each["certificate"].encode()).verify_directly_issued_by(ca)
    assert (answer["ca_certificate"], answer["chain"]) == (pem(ca), [])


def test_a_request_gets_the_same_answer_alone_and_among_others(ca: x509.Certificate) -> None:
    alone = handler.handle({"csr": CSRS[1]}, Time())

    answer = asked(*CSRS)

    assert answer["answers"][1] | {"ca_certificate": pem(ca), "chain": []} == alone


def test_asking_again_signs_nothing_twice(ca: x509.Certificate) -> None:
    first = asked(*CSRS[:3])

    again = asked(*CSRS)

    assert again["answers"][:3] == first["answers"]


def test_the_same_request_twice_in_one_call_gets_one_certificate(ca: x509.Certificate) -> None:
    one, two = asked(CSRS[0], CSRS[0])["answers"]

    assert one == two


def test_a_bad_request_is_refused_and_does_not_stop_the_rest(ca: x509.Certificate) -> None:
    first, bad, nonsense, last = asked(CSRS[0], NAMELESS, "nonsense", CSRS[1])["answers"]

    assert (first["thing_name"], last["thing_name"]) == ("pump-0", "pump-1")
    assert bad["refused"]["reason"] == "bad_thing_name"
    assert nonsense["refused"]["reason"] == "malformed"


def test_what_aws_is_too_busy_for_is_to_be_asked_again(ca: x509.Certificate, throttled: set[str]) -> None:
    throttled.add("pump-1")
    first, busy, last = asked(*CSRS[:3])["answers"]
    assert busy["busy"]["reason"] == "ThrottlingException"

    throttled.clear()
    again = asked(*CSRS[:3])["answers"]

    assert (again[0], again[1]["thing_name"], again[2]) == (first, "pump-1", last)


def test_nothing_is_begun_that_the_function_s_time_may_not_suffice_for(ca: x509.Certificate) -> None:
    answers = asked(*CSRS, "nonsense", left=9_000)["answers"]

    assert [each["busy"]["reason"] for each in answers[:5]] == ["out_of_time"] * 5
    assert answers[5]["refused"]["reason"] == "malformed"
    assert client("dynamodb").scan(TableName=TABLE)["Count"] == 0


def test_when_the_records_cannot_be_read_all_sound_requests_are_to_be_asked_again(
    ca: x509.Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unanswered(*_arguments: object) -> object:
        raise UnansweredRead("left out")

    monkeypatch.setattr(IssuanceRecords, "items_issued_for", unanswered)

    sound, bad = asked(CSRS[0], "nonsense")["answers"]

    assert sound["busy"]["reason"] == "UnansweredRead"
    assert bad["refused"]["reason"] == "malformed"


def test_a_record_that_cannot_be_read_spoils_no_other(ca: x509.Certificate) -> None:
    (spoilt,) = asked(CSRS[0])["answers"]
    client("dynamodb").delete_item(TableName=TABLE, Key={"id": {"S": spoilt["certificate_id"]}})

    first, second = asked(CSRS[0], CSRS[1])["answers"]

    assert first["refused"]["reason"] == "invalid_record"
    assert second["thing_name"] == "pump-1"


def test_what_is_no_fault_of_a_request_or_the_moment_is_raised_when_all_have_ended(
    ca: x509.Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue_after, done = batch.issue_after, []

    def denied(request: Any, **known: Any) -> IssuanceRecord:
        if request.common_name == "pump-0":
            raise refused_by_aws("AccessDeniedException")
        done.append(request.common_name)
        return issue_after(request, **known)

    monkeypatch.setattr(batch, "issue_after", denied)

    with pytest.raises(ClientError, match="AccessDenied"):
        asked(*CSRS)
    assert sorted(done) == ["pump-1", "pump-2", "pump-3", "pump-4"]


@pytest.mark.parametrize("csrs", [None, "x", {"a": 1}, [1], [CSRS[0], None], [CSRS[0]] * (MOST_REQUESTS + 1)])
def test_what_is_no_list_of_requests_is_refused(csrs: object) -> None:
    assert handler.handle({"csrs": csrs}, Time())["refused"]["reason"] == "malformed"


def test_no_requests_get_no_answers(ca: x509.Certificate) -> None:
    assert asked()["answers"] == []


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.sampled_from([*CSRS, NAMELESS, "nonsense"]) | st.text(max_size=20), max_size=8))
def test_every_request_gets_exactly_one_answer_whatever_the_others_are(
    ca: x509.Certificate, texts: list[str]
) -> None:
    answers = asked(*texts)["answers"]

    sound = [text in CSRS for text in texts]
    assert ["certificate" in each for each in answers] == sound
    assert ["refused" in each for each in answers] == [not each for each in sound]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (refused_by_aws("ThrottlingException"), "ThrottlingException"),
        (refused_by_aws("KMSInternalException", 500), "KMSInternalException"),
        (
            refused_by_aws(
                "TransactionCanceledException",
                CancellationReasons=[{"Code": "None"}, {"Code": "TransactionConflict"}],
            ),
            "TransactionConflict",
        ),
        (
            refused_by_aws(
                "TransactionCanceledException", CancellationReasons=[{"Code": "ConditionalCheckFailed"}]
            ),
            None,
        ),
        (refused_by_aws("AccessDeniedException"), None),
        (refused_by_aws("DisabledException"), None),
        (ValueError("x"), None),
    ],
)
def test_what_passes_by_itself_is_told_from_what_does_not(error: Exception, reason: str | None) -> None:
    assert busy_reason(error) == reason
