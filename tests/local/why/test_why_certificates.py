"""Record and certificate: each end that they come to, and what is said of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from diagnosed import ENVIRONMENT, Diagnosed, file_of, kept_out, key, without_thing
from fleet import awaited
from owner import Owner

from contract import Output
from records.state import State
from records.table import IssuanceRecords

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def leaf(issuer: x509.Name, signer: Any, name: str, first: datetime, last: datetime) -> tuple[Any, Any]:
    """A key and a certificate with any issuer, signer and validity."""
    own = key()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(last)
        .sign(signer, hashes.SHA256())
    )
    return own, certificate


def test_a_dead_letter_with_its_reason(site: Diagnosed) -> None:
    device = site.pending("dead")
    site.fleet.deliver(site.fleet.event(device, awsAccountId="111111111111"))
    awaited(lambda: site.messages(site.fleet.outputs[Output.DEAD_LETTER_QUEUE]))

    for _ in range(2):  # a look leaves it there
        answer = site.why("dead")
        assert answer.causes == ["dead_letter"]
        assert "wrong_account" in answer.first["says"]
    assert answer.first["mend"] == [f"jitr redrive -e {ENVIRONMENT}"]
    assert answer.first["since"] is not None
    site.client("sqs").purge_queue(QueueUrl=site.fleet.outputs[Output.DEAD_LETTER_QUEUE])


def test_a_record_that_cannot_be_read(site: Diagnosed) -> None:
    device = site.pending("broken")
    site.client("dynamodb").update_item(
        TableName=site.fleet.outputs[Output.ISSUANCE_RECORDS],
        Key={"id": {"S": device.id}},
        UpdateExpression="SET serial = :broken",
        ExpressionAttributeValues={":broken": {"S": "not hexadecimal"}},
    )
    assert device.connect() is None
    awaited(lambda: site.messages(site.fleet.outputs[Output.DEAD_LETTER_QUEUE]))

    answer = site.why(device)

    assert answer.causes == ["record_unreadable", "dead_letter"]
    assert "InvalidRecord" in answer.said["findings"][1]["says"]
    site.client("sqs").purge_queue(QueueUrl=site.fleet.outputs[Output.DEAD_LETTER_QUEUE])


def test_a_certificate_without_a_record(site: Diagnosed, factory: Owner) -> None:
    device = factory.device(site.fleet, "unrecorded")
    assert site.why(file_of(device)).causes == ["no_issuance_record"]

    assert kept_out(device)
    site.fleet.await_status(device, "INACTIVE")
    answer = site.why(device)

    assert answer.causes == ["no_issuance_record"]
    assert any("jitr issued import" in line for line in answer.first["mend"])
    assert answer.first["mend"][-1] == f"jitr device activate {device.id} -e {ENVIRONMENT}"


def test_importing_lets_a_certificate_in_that_had_no_record(site: Diagnosed, factory: Owner) -> None:
    device = factory.device(site.fleet, "imported")
    (line,) = site.why(file_of(device)).first["mend"]
    assert site.jitr(*line.split()[1:]).exit_code == 0
    site.comes_in(device)


def test_a_lost_event(site: Diagnosed, monkeypatch: pytest.MonkeyPatch) -> None:
    device = site.pending("lost")
    assert site.why("lost").causes == ["registration_under_way"]
    monkeypatch.setattr("jitr.diagnosis.rules.waiting.MOMENT", timedelta(0))

    answer = site.why("lost")

    assert answer.causes == ["pending_and_never_retried"]
    site.mend(answer)
    site.fleet.await_status(device, "ACTIVE")


def test_a_certificate_that_somebody_switched_off(site: Diagnosed) -> None:
    device = site.fleet.registered("off-by-hand")
    site.client("iot").update_certificate(certificateId=device.id, newStatus="INACTIVE")

    assert kept_out(device)
    answer = site.why("off-by-hand")

    assert answer.causes == ["inactive"]
    assert answer.first["mend"] == [f"jitr device activate {device.id} -e {ENVIRONMENT}"]


@pytest.mark.parametrize("state", [State.REVOKED, State.DEACTIVATED, State.REPLACED])
def test_a_certificate_that_its_record_knows_to_be_off(site: Diagnosed, state: State) -> None:
    device = site.fleet.registered(f"was-{state}")
    table = IssuanceRecords(site.client("dynamodb"), site.fleet.outputs[Output.ISSUANCE_RECORDS])
    table.move(device.id, to=state, expected={State.REGISTERED}, reason="lost in the field")
    status = "REVOKED" if state is State.REVOKED else "INACTIVE"
    site.client("iot").update_certificate(certificateId=device.id, newStatus=status)

    assert kept_out(device)
    answer = site.why(f"was-{state}")

    assert answer.causes == [state.value]
    assert answer.first["since"] is not None


def test_a_certificate_that_was_revoked_by_hand(site: Diagnosed) -> None:
    device = site.fleet.registered("revoked-by-hand")
    site.client("iot").update_certificate(certificateId=device.id, newStatus="REVOKED")
    assert kept_out(device)
    assert site.why(device).causes == ["revoked"]


def test_a_certificate_that_was_deleted(site: Diagnosed) -> None:
    iot, device = site.client("iot"), site.fleet.registered("deleted")
    without_thing(site, device, "deleted")
    iot.update_certificate(certificateId=device.id, newStatus="INACTIVE")
    iot.delete_certificate(certificateId=device.id, forceDelete=True)
    assert site.why(device).causes == ["deleted_since_it_was_registered"]
    assert kept_out(device)
    awaited(lambda: site.why(device).said["status"] == "PENDING_ACTIVATION")
    assert site.why(device).causes == ["deleted_since_it_was_registered"]


@pytest.mark.parametrize(
    ("days", "cause"), [((-3, -1), "certificate_expired"), ((1, 3), "certificate_not_yet_valid")]
)
def test_a_certificate_that_is_not_valid_now(
    site: Diagnosed, factory: Owner, days: tuple[int, int], cause: str
) -> None:
    first, last = (NOW + each * DAY for each in days)
    own, certificate = leaf(factory.certificate.subject, factory.key, cause, first, last)
    device = site.fleet.identity(cause, own, certificate)
    assert kept_out(device)
    assert site.why(file_of(device)).first["cause"] == cause


def test_a_certificate_that_its_authority_did_not_sign(site: Diagnosed) -> None:
    own, certificate = leaf(site.fleet.authority.subject, key(), "forged", NOW - DAY, NOW + DAY)
    device = site.fleet.identity("forged", own, certificate)
    assert kept_out(device)
    answer = site.why(file_of(device))
    assert answer.causes == ["not_signed_by_its_authority"]
    assert answer.said["authority"]["name"] == "fleet"


def test_a_second_certificate_of_a_device(site: Diagnosed) -> None:
    first, second = site.fleet.registered("doubled"), site.fleet.device("doubled")
    assert site.why(second).causes == ["second_certificate_refused"]

    assert kept_out(second)
    site.fleet.await_status(second, "INACTIVE")
    answer = site.why(second)

    assert answer.causes == ["second_certificate_refused"]
    assert f"jitr device replace doubled {second.id} -e {ENVIRONMENT}" in answer.first["mend"]
    by_name = site.why("doubled").said  # the newest, by the log, and the other beside it
    assert by_name["certificate_id"] == second.id
    assert [other["certificate_id"] for other in by_name["other_certificates"]] == [first.id]
