"""The parts of the proxy: token buckets, names of operations, the sequence of faults."""

from collections import Counter
from itertools import islice

import pytest

from benchmarks.proxy.buckets import DEFAULT_RATES, Quotas, TokenBucket
from benchmarks.proxy.faults import Fault, Faults, mishaps
from benchmarks.proxy.operations import operation
from benchmarks.proxy.settings import Settings

ID = "ab" * 32


class Clock:
    """A clock that is set by hand; seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def signed(service: str, **more: str) -> dict[str, str]:
    scope = f"Credential=AKIA/20260101/us-east-1/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=00"} | more


def test_bucket_lets_one_seconds_worth_through_at_once(clock: Clock) -> None:
    bucket = TokenBucket(10, clock)

    assert [bucket.take() for _ in range(12)] == [True] * 10 + [False] * 2


def test_bucket_fills_at_its_rate(clock: Clock) -> None:
    bucket = TokenBucket(10, clock)
    taken = 0
    for _ in range(1000):  # ten seconds, a call every hundredth of one
        taken += bucket.take()
        clock.now += 0.01

    assert taken == pytest.approx(10 + 10 * 10, abs=1)


def test_bucket_never_holds_more_than_one_seconds_worth(clock: Clock) -> None:
    bucket = TokenBucket(10, clock)
    clock.now += 3600

    assert [bucket.take() for _ in range(11)].count(True) == 10


def test_call_that_is_refused_costs_nothing(clock: Clock) -> None:
    bucket = TokenBucket(1, clock)
    bucket.take()
    clock.now += 0.5
    refused = bucket.take()
    clock.now += 0.5

    assert (refused, bucket.take()) == (False, True)


def test_operations_have_buckets_of_their_own(clock: Clock) -> None:
    quotas = Quotas({"UpdateCertificate": 1}, clock)

    assert quotas.allow("UpdateCertificate")
    assert not quotas.allow("UpdateCertificate")
    assert all(quotas.allow("ListThings") for _ in range(100))


def test_default_rates_are_those_of_the_call_that_limits_a_fleet() -> None:
    assert DEFAULT_RATES["UpdateCertificate"] == 10


@pytest.mark.parametrize(
    ("method", "path", "name", "parameters"),
    [
        ("PUT", f"/certificates/{ID}?newStatus=ACTIVE", "UpdateCertificate", {"certificateId": ID}),
        ("GET", f"/certificates/{ID}", "DescribeCertificate", {"certificateId": ID}),
        ("POST", "/things/lamp%3A1", "CreateThing", {"thingName": "lamp:1"}),
        ("PUT", "/things/lamp/principals", "AttachThingPrincipal", {"thingName": "lamp"}),
        ("PUT", "/target-policies/devices", "AttachPolicy", {"policyName": "devices"}),
        ("PUT", "/thing-groups/addThingToThingGroup", "AddThingToThingGroup", {}),
        ("PATCH", "/things/lamp", "UpdateThing", {"thingName": "lamp"}),
        ("GET", "/nowhere/at/all", "unknown", {}),
    ],
)
def test_rest_call_is_named_by_method_and_path(
    method: str, path: str, name: str, parameters: dict[str, str]
) -> None:
    called = operation(method, path, signed("iot"))

    assert (called.service, called.name, called.parameters) == ("iot", name, parameters)


def test_json_call_is_named_by_its_target() -> None:
    headers = signed("dynamodb", **{"X-Amz-Target": "DynamoDB_20120810.GetItem"})

    called = operation("POST", "/", headers)

    assert (called.service, called.name) == ("dynamodb", "GetItem")


def test_unsigned_call_is_of_no_service() -> None:
    assert operation("GET", "/", {}).service == "unknown"


def test_same_seed_makes_the_same_faults() -> None:
    faults = Faults(error=0.1, delay=0.1, lost_answer=0.1, reset=0.1, seed=7)

    first, second = (list(islice(mishaps(faults), 500)) for _ in range(2))

    assert first == second


def test_other_seed_makes_other_faults() -> None:
    one, other = (list(islice(mishaps(Faults(error=0.5, seed=seed)), 100)) for seed in (1, 2))

    assert one != other


def test_faults_come_as_often_as_they_should() -> None:
    faults = Faults(error=0.08, delay=0.05, lost_answer=0.08, reset=0.04)

    counted = Counter(mishap.fault for mishap in islice(mishaps(faults), 10_000) if mishap)

    for fault in Fault:
        assert counted[fault] == pytest.approx(10_000 * faults.likelihood(fault), rel=0.15)


def test_without_faults_nothing_happens() -> None:
    assert set(islice(mishaps(Faults()), 1000)) == {None}


def test_probabilities_beyond_one_are_refused() -> None:
    with pytest.raises(ValueError, match="together at most 1"):
        Faults(error=0.6, reset=0.6)


def test_settings_survive_json() -> None:
    settings = Settings(rates={"UpdateCertificate": 5}, faults=Faults(error=0.2, seed=3))

    assert Settings.read(settings.fields()) == settings


def test_unknown_setting_is_refused() -> None:
    with pytest.raises(ValueError, match="no settings of the proxy"):
        Settings.read({"faults": {"earthquake": 1.0}})
