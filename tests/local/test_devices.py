"""An operator's commands about devices and dead letters, and what devices over real MQTT notice of them."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from fleet import Fleet, Identity, awaited, request
from typer.testing import CliRunner, Result

from contract import Output
from jitr.local import LocalAws
from jitr.local.session import LocalSession
from jitr.main import app
from records.state import State
from tests.unit.devices.granted import granted

Jitr = Callable[..., Result]


@pytest.fixture
def jitr(local: Fleet, monkeypatch: pytest.MonkeyPatch) -> Jitr:
    """Runs `jitr` with some words against the deployed environment."""
    monkeypatch.setenv("JITR_LOCAL", str(local.aws.folder))
    monkeypatch.setenv("JITR_ENVIRONMENT", local.environment)

    def run(*words: object) -> Result:
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert done.exit_code in {0, 1, 2}, done.output
        return done

    return run


def test_a_revoked_device_never_comes_back(local: Fleet, jitr: Jitr) -> None:
    device = local.registered("revoked-1")
    connection = device.connect()
    assert connection is not None

    done = jitr("device", "revoke", "revoked-1", "--yes")

    assert done.exit_code == 0, done.stderr
    assert_out(local, device, "REVOKED", State.REVOKED)
    late = [local.deliver(local.event(device)) for _ in range(2)]
    assert {local.outcome(each)["Reason"] for each in late} == {"revoked"}
    assert_out(local, device, "REVOKED", State.REVOKED)


def test_that_the_local_aws_cannot_end_a_connection_is_said(local: Fleet, jitr: Jitr) -> None:
    local.registered("revoked-2")

    done = jitr("device", "revoke", "revoked-2", "--yes")

    assert "connection not ended (DeleteConnection is not offered here)" in done.stdout
    assert done.exit_code == 0


def test_the_thing_of_a_revoked_device_may_have_another_certificate(local: Fleet, jitr: Jitr) -> None:
    local.registered("revoked-3")
    jitr("device", "revoke", "revoked-3", "--yes")

    successor = local.registered("revoked-3")

    assert successor.publish("revoked-3/hello")


def test_a_device_that_is_revoked_before_it_ever_came_stays_out(local: Fleet, jitr: Jitr) -> None:
    device = local.device("never-came")
    jitr("device", "revoke", device.id, "--yes")

    assert device.connect() is None
    (outcome,) = awaited(lambda: [o for o in local.outcomes() if o.get("certificate_id") == device.id])

    assert (outcome["Outcome"], outcome["Reason"]) == ("refused", "revoked")
    assert device.connect() is None


def test_what_was_signed_for_a_revoked_thing_and_never_came_stays_out(local: Fleet, jitr: Jitr) -> None:
    device, waiting = local.registered("stolen"), local.device("stolen")

    done = jitr("device", "revoke", "stolen", "--yes")

    assert done.exit_code == 0, done.stderr
    assert_out(local, device, "REVOKED", State.REVOKED)
    assert waiting.connect() is None
    (outcome,) = awaited(lambda: [o for o in local.outcomes() if o.get("certificate_id") == waiting.id])
    assert (outcome["Outcome"], outcome["Reason"]) == ("refused", "revoked")
    assert waiting.connect() is None


def test_a_deactivated_device_comes_back_when_it_is_activated(local: Fleet, jitr: Jitr) -> None:
    device = local.registered("paused")
    jitr("device", "deactivate", "paused")
    assert_out(local, device, "INACTIVE", State.DEACTIVATED)
    assert local.outcome(local.deliver(local.event(device)))["Reason"] == "deactivated"

    done = jitr("device", "activate", "paused")

    assert done.stdout.endswith("registered: ACTIVE, thing paused\n"), done.output
    assert device.publish("paused/hello")


def test_what_the_console_set_active_is_out_before_the_thing_has_its_certificate_again(
    local: Fleet, jitr: Jitr
) -> None:
    old = local.registered("set-active")
    new = local.registered("set-active")
    jitr("device", "deactivate", new.id)
    for device in (old, new):
        local.client("iot").update_certificate(certificateId=device.id, newStatus="ACTIVE")

    done = jitr("device", "activate", new.id)

    assert "ACTIVE -> INACTIVE first (its record: deactivated)" in done.stdout, done.output
    assert "ACTIVE -> INACTIVE first (its record: replaced)" in done.stdout, done.output
    assert_out(local, old, "INACTIVE", State.REPLACED)
    assert new.publish("set-active/hello")


def test_a_revoked_device_is_not_activated(local: Fleet, jitr: Jitr) -> None:
    device = local.registered("revoked-4")
    jitr("device", "revoke", device.id, "--yes")

    done = jitr("device", "activate", device.id)

    assert done.exit_code == 1
    assert "revoked, which is final" in done.stderr
    assert_out(local, device, "REVOKED", State.REVOKED)


def test_a_board_that_was_swapped_takes_the_thing_over(local: Fleet, jitr: Jitr) -> None:
    old = local.registered("swapped")
    new = local.device("swapped")
    jitr("device", "replace", "swapped", new.id, "--yes")
    assert old.publish("swapped/hello")

    assert new.connect() is None
    local.await_status(old, "INACTIVE")

    awaited(lambda: local.record(new).state is State.REGISTERED)
    assert new.publish("swapped/hello")
    assert_out(local, old, "INACTIVE", State.REPLACED)


def test_a_request_is_signed_and_its_certificate_takes_the_thing_over(
    local: Fleet, jitr: Jitr, tmp_path: Path
) -> None:
    old, key = local.registered("renewed"), ec.generate_private_key(ec.SECP256R1())
    csr, crt = tmp_path / "new.csr", tmp_path / "new.crt"
    csr.write_text(request("renewed", key))

    done = jitr("device", "replace", "renewed", csr, "--out", crt, "--yes")

    assert done.stdout.endswith("it comes in when its device connects\n"), done.output
    new = local.identity("renewed", key, x509.load_pem_x509_certificate(crt.read_bytes()))
    assert new.connect() is None
    local.await_status(old, "INACTIVE")
    awaited(lambda: local.record(new).state is State.REGISTERED)
    assert new.publish("renewed/hello")


def test_a_request_for_another_thing_is_not_signed(local: Fleet, jitr: Jitr, tmp_path: Path) -> None:
    local.registered("mistaken")
    csr, crt = tmp_path / "other.csr", tmp_path / "other.crt"
    csr.write_text(request("another", ec.generate_private_key(ec.SECP256R1())))

    done = jitr("device", "replace", "mistaken", csr, "--out", crt, "--yes")

    assert (done.exit_code, crt.exists()) == (2, False)
    assert "is for thing 'another', not mistaken" in done.stderr
    assert json.loads(jitr("device", "list", "--thing", "another", "--json").stdout)["devices"] == []


def test_a_request_needs_a_place_for_its_certificate(local: Fleet, jitr: Jitr, tmp_path: Path) -> None:
    csr = tmp_path / "new.csr"
    csr.write_text(request("anything", ec.generate_private_key(ec.SECP256R1())))

    done = jitr("device", "replace", "anything", csr, "--yes")

    assert (done.exit_code, done.stderr.splitlines()) == (
        2,
        ["jitr: --out and a CSR go together: it says where the certificate goes"],
    )


def test_a_thing_without_a_certificate_has_nothing_to_be_replaced(local: Fleet, jitr: Jitr) -> None:
    done = jitr("device", "replace", "never-was", "a" * 64, "--yes")

    assert done.exit_code == 1
    assert "thing never-was has no certificate; `jitr sign` gives it its first" in done.stderr


def test_a_dead_letter_that_is_sent_back_brings_its_device_in(local: Fleet, jitr: Jitr) -> None:
    device = local.device("died")
    serial = spoil(local, device)
    assert device.connect() is None
    awaited(lambda: "InvalidRecord" in jitr("redrive", "--dry-run", "--json").stdout)
    mend(local, device, serial)

    done = jitr("redrive", "--certificate", device.id, "--yes", "--json")

    assert json.loads(done.stdout)["redriven"] == 1, done.output
    local.await_status(device, "ACTIVE")
    assert device.publish("died/hello")
    assert device.id not in jitr("redrive", "--dry-run", "--json").stdout


def test_poison_stays_until_it_is_buried_by_name(local: Fleet, jitr: Jitr) -> None:
    message_id = local.deliver("poison of this very test")
    local.outcome(message_id)

    sent_back = json.loads(jitr("redrive", "--yes", "--json").stdout)
    buried = json.loads(jitr("redrive", "--reason", "malformed", "--delete", "--yes", "--json").stdout)

    assert {letter["reason"] for letter in sent_back["letters"] if not letter["chosen"]} == {"malformed"}
    assert buried["deleted"] >= 1
    assert jitr("redrive", "--reason", "malformed", "--yes").stderr == "the dead-letter queue is empty\n"


def test_an_event_that_the_rule_could_not_queue_is_unwrapped(local: Fleet, jitr: Jitr) -> None:
    device = local.device("not-queued")
    with forbidden_queue(local):
        assert device.connect() is None
        awaited(lambda: "rule_action_failed" in jitr("redrive", "--dry-run", "--json").stdout)

    jitr("redrive", "--reason", "rule_action_failed", "--yes")

    local.await_status(device, "ACTIVE")
    assert device.publish("not-queued/hello")


@contextmanager
def forbidden_queue(local: Fleet) -> Iterator[None]:
    """Let nobody send to the registration queue for a while."""
    sqs, url = local.client("sqs"), local.outputs[Output.REGISTRATION_QUEUE]
    denied = {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})


def test_an_operator_needs_what_the_page_grants_and_no_more(
    local: Fleet, jitr: Jitr, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = local.registered("least-1")
    as_operator(local, monkeypatch, granted("every", "list", "show", "deactivate", "activate", "revoke"))

    looked, shown = jitr("device", "list", "--thing", "least-1"), jitr("device", "show", device.id)
    off, on = jitr("device", "deactivate", device.id), jitr("device", "activate", device.id)
    out = jitr("device", "revoke", "least-1", "--yes")

    assert [each.exit_code for each in (looked, shown, off, on, out)] == [0] * 5, [
        each.output for each in (looked, shown, off, on, out)
    ]
    assert_out(local, device, "REVOKED", State.REVOKED)


def test_one_who_may_only_look_changes_nothing(
    local: Fleet, jitr: Jitr, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = local.registered("least-2")
    as_operator(local, monkeypatch, granted("every", "list", "show"))

    done = jitr("device", "revoke", device.id, "--yes")

    assert done.exit_code == 1
    assert "these credentials may not do that" in done.stderr
    assert local.status(device) == "ACTIVE"
    assert local.record(device).state is State.REGISTERED


def as_operator(local: Fleet, monkeypatch: pytest.MonkeyPatch, actions: set[str]) -> None:
    """Let the command have the credentials of a user who may do this, on any resource, and nothing else."""
    iam, name = local.client("iam"), f"operator-{len(actions)}"
    statement = {"Effect": "Allow", "Action": sorted(actions), "Resource": "*"}
    iam.create_user(UserName=name)
    iam.put_user_policy(
        UserName=name,
        PolicyName="operator",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    key = iam.create_access_key(UserName=name)["AccessKey"]
    _ = local.session  # the administrator's is made before
    session = boto3.Session(
        key["AccessKeyId"],
        key["SecretAccessKey"],
        region_name=local.aws.state.region,
        botocore_session=LocalSession(local.aws.endpoint_url, local.aws.certificate),
    )
    monkeypatch.setattr(LocalAws, "session", lambda _aws: session)


def assert_out(local: Fleet, device: Identity, status: str, state: State) -> None:
    """See that a device is not let in, and why."""
    assert local.status(device) == status
    assert local.record(device).state is state
    assert device.connect() is None


def spoil(local: Fleet, device: Identity) -> str:
    """Make a device's record one that cannot be read; give what is missing."""
    serial = local.record(device).serial
    change(local, device, "REMOVE serial", {})
    return serial


def mend(local: Fleet, device: Identity, serial: str) -> None:
    """Make it one that can be read."""
    change(local, device, "SET serial = :serial", {":serial": {"S": serial}})


def change(local: Fleet, device: Identity, expression: str, values: dict[str, dict[str, str]]) -> None:
    """Change a record as nobody should."""
    local.client("dynamodb").update_item(
        TableName=local.outputs[Output.ISSUANCE_RECORDS],
        Key={"id": {"S": device.id}},
        UpdateExpression=expression,
        **({"ExpressionAttributeValues": values} if values else {}),
    )
