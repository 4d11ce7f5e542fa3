"""The deployed authority signs a lot: side by side, paced, patient, and nothing is asked for in vain."""

import io
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract import MOST_REQUESTS
from jitr.bulk.candidate import Candidate
from jitr.failure import FailureError
from jitr.lot import again
from jitr.lot.deployed_desk import FAILURES, DeployedDesk
from jitr.lot.issuance_function import IssuanceFunction
from jitr.lot.outcome import Outcome, Refused, Signed, There
from jitr.lot.turns import Turns
from jitr.pem import read_certificate
from pki.identity import certificate_id
from tests.unit.jitr.factory import OTHER_KEY
from tests.unit.jitr.lots import candidate, csr, folder, issued, lot
from tests.unit.pki import forging as forge

Answer = dict[str, Any]
BUSY: Answer = {"busy": {"reason": "ThrottlingException", "message": "Rate exceeded"}}
UNFIT: Answer = {"refused": {"reason": "bad_provisioning", "message": "groups: no such group"}}


class Lambda:
    """AWS Lambda with an issuance function that remembers what it signed.

    `before` may answer a call in its place, or a request.
    """

    def __init__(self) -> None:
        self.signed: dict[str, Answer] = {}
        self.asked: Counter[str] = Counter()
        self.calls: list[int] = []
        self.call: Callable[[int], Answer | Exception | None] = lambda _number: None
        self.request: Callable[[str, int], Answer | None] = lambda _csr, _times: None
        self._lock = threading.Lock()

    def invoke(self, FunctionName: str, Payload: bytes) -> Answer:  # noqa: N803  AWS's own names
        assert FunctionName == "issuer"
        csrs: list[str] = json.loads(Payload)["csrs"]
        with self._lock:
            self.calls.append(len(csrs))
            instead = self.call(len(self.calls))
            if isinstance(instead, Exception):
                raise instead
            if instead is not None:
                return instead
            answers = [self._answer(each) for each in csrs]
        return {"Payload": io.BytesIO(json.dumps({"answers": answers, "chain": []}).encode())}

    def _answer(self, text: str) -> Answer:
        self.asked[text] += 1
        instead = self.request(text, self.asked[text])
        if instead is not None:
            return instead
        return self.signed.setdefault(text, vars(issued(text)))


def failed(message: str) -> Answer:
    said = json.dumps({"errorMessage": message}).encode()
    return {"FunctionError": "Unhandled", "Payload": io.BytesIO(said)}


def throttled() -> ClientError:
    answer = {"Error": {"Code": "TooManyRequestsException", "Message": "Rate Exceeded."}}
    return ClientError(answer, "Invoke")  # type: ignore[arg-type]  # as botocore makes it


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delays are real and very short."""
    monkeypatch.setattr(again, "LONGEST", 0.001)


@pytest.fixture
def aws() -> Lambda:
    return Lambda()


def desk(aws: Lambda, path: Path, turns: Turns | None = None, at_once: int = 3) -> DeployedDesk:
    return DeployedDesk(IssuanceFunction(aws, "issuer"), folder(path), turns, at_once)  # type: ignore[arg-type]  # a stand-in


def run(aws: Lambda, path: Path, requests: list[Candidate]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    desk(aws, path).run(requests, outcomes.append)
    return outcomes


def kinds(outcomes: list[Outcome]) -> Counter[str]:
    return Counter(type(each).__name__ for each in outcomes)


def test_every_request_gets_its_certificate_in_full_calls(aws: Lambda, tmp_path: Path) -> None:
    outcomes = run(aws, tmp_path, lot(2 * MOST_REQUESTS + 7))

    assert kinds(outcomes) == {"Signed": 2 * MOST_REQUESTS + 7}
    assert sorted(aws.calls) == [7, MOST_REQUESTS, MOST_REQUESTS]
    assert (tmp_path / "pump-5.crt").read_text() == aws.signed[lot(6)[5].text]["certificate"]


def test_intermediates_are_written_after_the_certificate(aws: Lambda, tmp_path: Path) -> None:
    request = candidate()
    aws.signed[request.text] = vars(replace(issued(request.text), chain=("intermediate\n",)))

    run(aws, tmp_path, [request])

    assert (tmp_path / "pump-1.crt").read_text().endswith("-----END CERTIFICATE-----\nintermediate\n")


def test_what_is_signed_already_is_not_asked_for(aws: Lambda, tmp_path: Path) -> None:
    run(aws, tmp_path, lot(5))
    aws.asked.clear()

    outcomes = run(aws, tmp_path, lot(7))

    assert kinds(outcomes) == {"There": 5, "Signed": 2}
    assert aws.asked.total() == 2


def test_a_bad_request_is_refused_here_or_there_and_does_not_stop_the_rest(
    aws: Lambda, tmp_path: Path
) -> None:
    unfit, nonsense = candidate("unfit"), Candidate("lot.csv: row 2", "nonsense")
    aws.request = lambda text, _times: UNFIT if text == unfit.text else None

    outcomes = run(aws, tmp_path, [unfit, nonsense, *lot(3)])

    refused = {each.place: each.reason for each in outcomes if isinstance(each, Refused)}
    assert refused == {"lot.csv: unfit": "bad_provisioning", "lot.csv: row 2": "malformed"}
    assert kinds(outcomes)["Signed"] == 3
    assert "nonsense" not in aws.asked


def test_what_was_throttled_is_asked_again_and_nothing_else(aws: Lambda, tmp_path: Path) -> None:
    slow = {each.text for each in lot(4)}
    aws.request = lambda text, times: BUSY if text in slow and times < 4 else None

    outcomes = run(aws, tmp_path, lot(10))

    assert kinds(outcomes) == {"Signed": 10}
    assert aws.asked == {each.text: 4 if each.text in slow else 1 for each in lot(10)}


def test_who_is_always_throttled_is_named_in_the_end(aws: Lambda, tmp_path: Path) -> None:
    unlucky = candidate("unlucky")
    aws.request = lambda text, _times: BUSY if text == unlucky.text else None

    outcomes = run(aws, tmp_path, [unlucky, *lot(3)])

    (refused,) = (each for each in outcomes if isinstance(each, Refused))
    assert (refused.place, refused.reason) == ("lot.csv: unlucky", "ThrottlingException")
    assert aws.asked[unlucky.text] == 1 + again.TRIES
    assert kinds(outcomes)["Signed"] == 3


@pytest.mark.parametrize(
    "trouble",
    [
        throttled(),
        ReadTimeoutError(endpoint_url="https://lambda"),
        failed("Task timed out after 30.00 seconds"),
    ],
    ids=["throttled by Lambda", "no answer", "out of time"],
)
def test_a_call_without_an_answer_is_made_again(
    aws: Lambda, tmp_path: Path, trouble: Answer | Exception
) -> None:
    aws.call = lambda number: trouble if number == 1 else None

    outcomes = run(aws, tmp_path, lot(5))

    assert kinds(outcomes) == {"Signed": 5}


def test_a_certificate_whose_answer_was_lost_is_not_signed_again(aws: Lambda, tmp_path: Path) -> None:
    def lose(text: str, times: int) -> Answer | None:
        if times == 1:
            aws.signed[text] = vars(issued(text))
            return BUSY
        return None

    aws.request = lose

    outcomes = run(aws, tmp_path, lot(3))

    ids = {each.certificate_id for each in outcomes if isinstance(each, Signed)}
    assert ids == {answer["certificate_id"] for answer in aws.signed.values()}


def test_a_function_that_goes_on_failing_ends_the_run_with_what_it_says(aws: Lambda, tmp_path: Path) -> None:
    aws.call = lambda _number: failed("KMS is away")

    with pytest.raises(FailureError, match="issuer failed: KMS is away; its log group has more"):
        run(aws, tmp_path, lot(1))
    assert len(aws.calls) == 1 + FAILURES


def test_a_failure_after_many_refusals_is_but_the_first(aws: Lambda, tmp_path: Path) -> None:
    def call(number: int) -> Answer | Exception | None:
        return throttled() if number <= 6 else failed("out of memory") if number <= 6 + FAILURES else None

    aws.call = call

    assert kinds(run(aws, tmp_path, lot(3))) == {"Signed": 3}


def test_nobody_is_forgotten_whose_last_try_ended_in_a_failure(aws: Lambda, tmp_path: Path) -> None:
    aws.call = lambda number: throttled() if number <= again.TRIES else failed("out of memory")

    (outcome,) = run(aws, tmp_path, lot(1))

    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.message) == ("function_failed", "out of memory")


def test_an_authority_at_its_end_ends_the_run(aws: Lambda, tmp_path: Path) -> None:
    aws.request = lambda _text, _times: {
        "refused": {"reason": "authority_ending", "message": "the authority CN=Fleet ends tomorrow"}
    }
    with pytest.raises(FailureError, match="ends tomorrow"):
        run(aws, tmp_path, lot(2))


def test_an_earlier_version_s_function_is_said_to_be_one(aws: Lambda, tmp_path: Path) -> None:
    answer = {"refused": {"reason": "malformed", "message": 'send {"csr": …}'}}
    aws.call = lambda _number: {"Payload": io.BytesIO(json.dumps(answer).encode())}

    with pytest.raises(FailureError, match="deploy again"):
        run(aws, tmp_path, lot(2))


def test_what_aws_refuses_for_good_ends_the_run(aws: Lambda, tmp_path: Path) -> None:
    denied = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
    aws.call = lambda _number: ClientError(denied, "Invoke")  # type: ignore[arg-type]  # as botocore makes it
    with pytest.raises(ClientError):
        run(aws, tmp_path, lot(2))


def test_a_certificate_for_another_key_ends_the_run_and_is_not_written(aws: Lambda, tmp_path: Path) -> None:
    aws.signed[candidate().text] = vars(issued(csr("pump-1", OTHER_KEY)))

    with pytest.raises(FailureError, match="a certificate for another key; nothing was written"):
        run(aws, tmp_path, [candidate()])
    assert list(tmp_path.iterdir()) == []


def test_the_same_request_twice_gets_one_certificate_and_is_asked_for_once(
    aws: Lambda, tmp_path: Path
) -> None:
    outcomes = run(aws, tmp_path, [candidate(), candidate(), *lot(3), candidate()])

    assert kinds(outcomes) == {"Signed": 3, "There": 3}
    assert set(aws.asked.values()) == {1}


def test_a_second_device_of_a_name_is_refused_before_anything_is_signed_for_it(
    aws: Lambda, tmp_path: Path
) -> None:
    second = candidate(key=OTHER_KEY)

    outcomes = run(aws, tmp_path, [candidate(), second])

    (refused,) = (each for each in outcomes if isinstance(each, Refused))
    assert refused.reason == "in_the_way"
    assert second.text not in aws.asked


def test_requests_are_handed_over_in_turns_and_small_lumps(aws: Lambda, tmp_path: Path) -> None:
    waited: list[float] = []
    turns = Turns(20, now=lambda: 0.0, sleep=waited.append)

    desk(aws, tmp_path, turns).run(lot(2 * MOST_REQUESTS), lambda _outcome: None)

    assert aws.calls == [5] * 20
    # A clock that stands still shows when each turn was due: a twentieth of a second after the one before.
    assert max(waited) == pytest.approx((2 * MOST_REQUESTS - 5) / 20)


def test_while_aws_turns_requests_away_fewer_are_handed_over(aws: Lambda, tmp_path: Path) -> None:
    turns = Turns(100_000)
    rates: list[float] = []
    aws.request = lambda _text, times: BUSY if times == 1 else None

    desk(aws, tmp_path, turns).run(lot(60), lambda _outcome: rates.append(turns.rate))

    assert min(rates) < 100_000


def test_memory_does_not_grow_with_the_lot(aws: Lambda, tmp_path: Path) -> None:
    taken = 0

    def endless() -> Iterator[Candidate]:
        nonlocal taken
        for each in lot(400):
            taken += 1
            yield each

    ahead: list[int] = []
    outcomes = 0

    def settle(_outcome: Outcome) -> None:
        nonlocal outcomes
        outcomes += 1
        ahead.append(taken - outcomes)

    desk(aws, tmp_path, at_once=2).run(endless(), settle)

    assert max(ahead) <= 3 * MOST_REQUESTS


def test_an_interrupted_run_keeps_and_counts_what_was_under_way(aws: Lambda, tmp_path: Path) -> None:
    def interrupted() -> Iterator[Candidate]:
        yield from lot(MOST_REQUESTS)
        yield from lot(2)  # of the next call, which is never made
        raise KeyboardInterrupt

    outcomes: list[Outcome] = []
    with pytest.raises(KeyboardInterrupt):
        desk(aws, tmp_path).run(interrupted(), outcomes.append)

    assert len(outcomes) == len(list(tmp_path.glob("*.crt"))) == len(aws.signed)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trouble=st.lists(st.sampled_from(["fine", "busy", "throttled", "lost"]), max_size=12))
def test_whatever_aws_does_meanwhile_every_request_has_one_certificate_in_the_end(
    tmp_path_factory: pytest.TempPathFactory, trouble: list[str]
) -> None:
    aws, path, said = Lambda(), tmp_path_factory.mktemp("lot"), iter(trouble)

    def call(_number: int) -> Exception | None:
        match next(said, "fine"):
            case "throttled":
                return throttled()
            case "lost":
                return ReadTimeoutError(endpoint_url="https://lambda")
        return None

    aws.call = call
    aws.request = lambda text, times: BUSY if times <= trouble.count("busy") % 3 and "7" in text else None
    requests = lot(60)

    outcomes = run(aws, path, requests)

    assert sorted(each.place for each in outcomes) == sorted(each.place for each in requests)
    assert kinds(outcomes) == {"Signed": 60}
    for each in outcomes:
        assert isinstance(each, Signed | There)
        written = Path(each.file).read_text()
        assert written in {answer["certificate"] for answer in aws.signed.values()}
    assert len(aws.signed) == 60


def test_the_id_that_is_said_is_the_certificate_s(aws: Lambda, tmp_path: Path) -> None:
    (outcome,) = run(aws, tmp_path, [Candidate("a.csr", forge.request_pem(forge.common_name("a")))])
    assert isinstance(outcome, Signed)
    assert outcome.certificate_id == certificate_id(read_certificate(Path(outcome.file)))
