"""The proxy as a function sees it: through botocore, as it is on AWS."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from proxied import proxied

from benchmarks.proxy.faults import Faults
from benchmarks.proxy.settings import Settings

ID = "ab" * 32
TARGET = f"arn:aws:iot:us-east-1:000000000000:cert/{ID}"
FREE = Settings(rates={})


def only(fault: str, **more: float) -> Settings:
    return Settings(rates={}, faults=Faults(**{fault: 1.0}, **more))  # type: ignore[arg-type]


def test_call_is_handed_on_unchanged(tmp_path: Path) -> None:
    with proxied(tmp_path, FREE) as through:
        through.client("iot").create_thing(thingName="lamp:1", thingTypeName="lamp")
        (asked,) = through.aws.requests

    assert asked["path"] == "/things/lamp%3A1"
    assert asked["body"] == b'{"thingTypeName": "lamp"}'
    assert asked["headers"]["Host"] == f"127.0.0.1:{through.port}"
    assert "/us-east-1/iot/aws4_request" in asked["headers"]["Authorization"]


def test_call_is_written_down(tmp_path: Path) -> None:
    with proxied(tmp_path, FREE) as through:
        iot = through.client("iot")
        iot.update_certificate(certificateId=ID, newStatus="ACTIVE")
        iot.attach_thing_principal(thingName="lamp", principal=TARGET)
        update, attach = through.calls()

    assert (update.service, update.operation, update.status) == ("iot", "UpdateCertificate", 200)
    assert (update.certificate_id, update.new_status, update.activation) == (ID, "ACTIVE", True)
    assert (attach.operation, attach.thing_name, attach.certificate_id) == (
        "AttachThingPrincipal",
        "lamp",
        ID,
    )
    assert update.at < attach.at


def test_call_beyond_the_quota_is_throttled_and_never_reaches_aws(tmp_path: Path) -> None:
    with proxied(tmp_path, Settings(rates={"UpdateCertificate": 1})) as through:
        iot = through.client("iot")
        iot.update_certificate(certificateId=ID, newStatus="ACTIVE")
        with pytest.raises(ClientError) as refused:
            iot.update_certificate(certificateId=ID, newStatus="ACTIVE")

    assert isinstance(refused.value, iot.exceptions.ThrottlingException)
    assert refused.value.response["Error"] == {"Code": "ThrottlingException", "Message": "Rate exceeded"}
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert len(through.aws.requests) == 1
    assert [(call.throttled, call.activation) for call in through.calls()] == [(False, True), (True, False)]


@pytest.mark.parametrize(
    ("service", "codes"),
    [
        ("iot", {"InternalFailureException", "ServiceUnavailableException"}),
        ("dynamodb", {"InternalServerError", "ServiceUnavailable"}),
        ("sqs", {"InternalFailure", "ServiceUnavailable"}),
    ],
)
def test_error_reads_as_one_of_the_services_own(service: str, codes: set[str], tmp_path: Path) -> None:
    calls = {
        "iot": lambda client: client.create_thing(thingName="lamp"),
        "dynamodb": lambda client: client.list_tables(),
        "sqs": lambda client: client.list_queues(),
    }
    with proxied(tmp_path, only("error")) as through:
        with pytest.raises(ClientError) as failed:
            calls[service](through.client(service))
        (call,) = through.calls()

    assert failed.value.response["Error"]["Code"] in codes
    assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] in {500, 503}
    assert through.aws.requests == []
    assert (call.fault, call.done, call.failed_on_purpose) == ("error", False, True)


def test_lost_answer_took_effect(tmp_path: Path) -> None:
    with proxied(tmp_path, only("lost_answer")) as through:
        with pytest.raises(ConnectionClosedError):
            through.client("iot").update_certificate(certificateId=ID, newStatus="ACTIVE")
        (call,) = through.calls()

    assert len(through.aws.requests) == 1
    assert (call.fault, call.activation, call.failed_on_purpose) == ("lost_answer", True, True)


def test_reset_took_no_effect(tmp_path: Path) -> None:
    with proxied(tmp_path, only("reset")) as through:
        with pytest.raises(ConnectionClosedError):
            through.client("iot").update_certificate(certificateId=ID, newStatus="ACTIVE")
        (call,) = through.calls()

    assert through.aws.requests == []
    assert (call.fault, call.status, call.activation) == ("reset", None, False)


def test_delayed_call_succeeds(tmp_path: Path) -> None:
    with proxied(tmp_path, only("delay", longest_delay=0.1)) as through:
        through.client("iot").update_certificate(certificateId=ID, newStatus="ACTIVE")
        (call,) = through.calls()

    assert (call.fault, call.activation, call.failed_on_purpose) == ("delay", True, False)
    assert call.seconds - call.upstream > 0.001
