"""The entry point: settings, clients, and what the function carries."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from contract import SecondCertificate, Variable
from registration import handler
from registration.certificates import Certificates
from registration.desk import CALLS, desk
from registration.settings import MisconfiguredFunction, Settings
from tests.unit.registration.boundary import REGION
from tests.unit.registration.world import ACCOUNT, AUTHORITY, OTHER_AUTHORITY, POLICY, TABLE, World

ENVIRONMENT: dict[str, str] = {
    Variable.ACCOUNT_ID: ACCOUNT,
    Variable.CA_CERTIFICATE_IDS: f"{AUTHORITY},{OTHER_AUTHORITY}",
    Variable.DEAD_LETTER_QUEUE: "https://dead-letters.example",
    Variable.DEVICE_POLICY: POLICY,
    Variable.ENVIRONMENT: "test",
    Variable.ISSUANCE_RECORDS: TABLE,
    Variable.QUEUE_RETENTION_SECONDS: "345600",
    Variable.REFUSALS_PER_SECOND: "0.25",
    Variable.REGISTRATIONS_PER_SECOND: "5",
    Variable.REGISTRATION_QUEUE: "https://queue.example",
    Variable.SECOND_CERTIFICATE: "replace",
}
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 30_000)

OF_THE_RUNTIME = {"_awscrt", "awscrt", "botocore", "certifi", "dateutil", "jmespath", "six", "urllib3"}
"""What botocore, which Lambda's Python runtime brings, is made of."""
OWN = {"contract", "records", "registration", "registry", "telemetry"}
LIST_NEW_MODULES = """
import json, sys
before = set(sys.modules)
import registration.handler
new = {name.partition(".")[0] for name in set(sys.modules) - before}
print(json.dumps(sorted(new - set(sys.stdlib_module_names))))
"""


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The function's environment variables, and nothing kept from another test."""
    made = {**ENVIRONMENT, "AWS_DEFAULT_REGION": REGION, "AWS_ACCESS_KEY_ID": "none"}
    for name, value in (made | {"AWS_SECRET_ACCESS_KEY": "none"}).items():
        monkeypatch.setenv(name, value)
    handler.settings.cache_clear()
    desk.cache_clear()
    yield
    handler.settings.cache_clear()
    desk.cache_clear()


def queue_event(*bodies: str) -> handler.QueueEvent:
    """A batch as Lambda's poller hands it over."""
    return {
        "Records": [
            {
                "messageId": f"m-{number}",
                "body": body,
                "receiptHandle": f"handle-{number}",
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1893456000000"},
            }
            for number, body in enumerate(bodies)
        ]
    }


@pytest.mark.usefixtures("deployed")
def test_a_batch_is_answered_in_the_shape_that_lambda_expects(world: World) -> None:
    device = world.issued_device()

    # The dead-letter queue of this test's settings does not exist, so what belongs there comes again.
    answer = handler.handle(queue_event(json.dumps(device.event), "poison"), CONTEXT)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert world.status(device) == "ACTIVE"


@pytest.mark.usefixtures("deployed", "world")
def test_clients_are_made_once() -> None:
    handler.handle(queue_event(), CONTEXT)
    first = desk(handler.settings())

    handler.handle(queue_event(), CONTEXT)

    assert desk(handler.settings()) is first


def test_a_call_is_given_up_before_a_batch_runs_out_of_time() -> None:
    calls: Any = CALLS

    assert (calls.connect_timeout, calls.read_timeout) == (1, 3)
    assert calls.retries == {"mode": "standard", "total_max_attempts": 2}


def test_settings_are_read_from_the_environment() -> None:
    assert Settings.read(ENVIRONMENT) == Settings(
        environment="test",
        account=ACCOUNT,
        authorities=frozenset({AUTHORITY, OTHER_AUTHORITY}),
        device_policy=POLICY,
        records_table=TABLE,
        second_certificate=SecondCertificate.REPLACE,
        queue="https://queue.example",
        queue_retention=timedelta(days=4),
        dead_letter_queue="https://dead-letters.example",
        registrations_per_second=5.0,
        refusals_per_second=0.25,
    )


def test_extensions_are_read_from_the_environment() -> None:
    extended = Settings.read(
        ENVIRONMENT
        | {
            Variable.ADOPTED_CA_CERTIFICATE_IDS: OTHER_AUTHORITY,
            Variable.DECISION_FUNCTION: "arn:of:a:function",
            Variable.EVENT_BUS: "default",
        }
    )

    assert extended.adopted_authorities == {OTHER_AUTHORITY}
    assert (extended.decision_function, extended.event_bus) == ("arn:of:a:function", "default")


@pytest.mark.parametrize("missing", sorted(ENVIRONMENT))
def test_a_missing_variable_is_named(missing: str) -> None:
    with pytest.raises(MisconfiguredFunction, match=missing):
        Settings.read({name: value for name, value in ENVIRONMENT.items() if name != missing})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        (Variable.ACCOUNT_ID, "12345"),
        (Variable.CA_CERTIFICATE_IDS, f"{AUTHORITY},"),
        (Variable.CA_CERTIFICATE_IDS, "*"),
        (Variable.ADOPTED_CA_CERTIFICATE_IDS, "*"),
        (Variable.SECOND_CERTIFICATE, "both"),
        (Variable.REGISTRATIONS_PER_SECOND, "0"),
        (Variable.REGISTRATIONS_PER_SECOND, "inf"),
        (Variable.REFUSALS_PER_SECOND, "few"),
        (Variable.QUEUE_RETENTION_SECONDS, "-1"),
    ],
)
def test_a_variable_that_holds_something_else_is_named(variable: Variable, value: str) -> None:
    with pytest.raises(MisconfiguredFunction, match=variable):
        Settings.read(ENVIRONMENT | {variable: value})


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_certificates_are_named_in_the_partition_of_the_region(region: str, partition: str) -> None:
    iot = boto3.client("iot", region_name=region, aws_access_key_id="none", aws_secret_access_key="none")

    certificates = Certificates(iot, iot, ACCOUNT)

    assert certificates.arn("1" * 64) == f"arn:{partition}:iot:{region}:{ACCOUNT}:cert/{'1' * 64}"


def test_the_function_needs_nothing_but_itself_and_the_runtime() -> None:
    """No `cryptography`, whose load would dominate a cold start."""
    listed = subprocess.run(
        [sys.executable, "-c", LIST_NEW_MODULES],
        capture_output=True,
        check=True,
        text=True,
        env=dict(os.environ),
    )

    assert set(json.loads(listed.stdout)) - OF_THE_RUNTIME == OWN
