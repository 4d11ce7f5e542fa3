"""Just-in-time registration, end to end: real deploy, real TLS, IAM and IoT policies enforced."""

import json
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fleet import Fleet, Identity, awaited, request

from contract import Output
from jitr.trial.mqtt import Device


def test_device_comes_online_just_in_time(fleet: Fleet) -> None:
    device = fleet.device("newcomer")

    first = device.connect()
    fleet.await_status(device, "ACTIVE")

    assert first is None
    assert device.publish("newcomer/hello")
    assert not device.publish("neighbour/hello")


def test_registered_device_is_a_thing_with_the_device_policy_and_a_record(fleet: Fleet) -> None:
    device = fleet.registered("complete")
    arn = f"arn:aws:iot:us-east-1:000000000000:cert/{device.id}"

    things = fleet.client("iot").list_principal_things(principal=arn)["things"]
    policies = fleet.client("iot").list_attached_policies(target=arn)["policies"]
    record = fleet.record(device)

    assert things == ["complete"]
    assert [policy["policyName"] for policy in policies] == [fleet.outputs[Output.DEVICE_POLICY]]
    assert (record.thing_name, record.issuer) == ("complete", fleet.outputs[Output.ISSUING_AUTHORITY])


def test_device_cannot_connect_under_another_name(local: Fleet) -> None:
    device = local.registered("honest")

    impostor = Device("other", device.device.key, device.device.certificate, device.device.endpoint)

    assert impostor.connect() is None
    assert device.publish("honest/hello")


def test_certificate_that_was_never_issued_is_kept_out(exportable: Fleet) -> None:
    # The authority's key is stolen, so its signature is right; but no record says that it was issued.
    stray = forged(exportable, "stray", stolen_key(exportable), exportable.authority)

    assert stray.connect() is None
    exportable.await_status(stray, "INACTIVE")

    assert stray.connect() is None
    reasons = [o["Reason"] for o in exportable.outcomes() if o.get("certificate_id") == stray.id]
    assert reasons == ["unissued"]


def test_certificate_of_an_unknown_authority_is_not_even_registered(local: Fleet) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    unknown = forged(local, "unknown", key, self_signed(key))

    assert unknown.connect() is None
    assert local.status(unknown) is None


@pytest.mark.parametrize("status", ["REVOKED", "INACTIVE"])
def test_device_that_was_switched_off_stays_off_whatever_event_comes_late(status: str, local: Fleet) -> None:
    device = local.registered(f"off-{status}")
    local.client("iot").update_certificate(certificateId=device.id, newStatus=status)

    outcomes = [local.outcome(local.deliver(local.event(device)))["Outcome"] for _ in range(2)]

    assert outcomes == ["already", "already"]
    assert device.connect() is None
    assert local.status(device) == status


def test_redelivered_event_changes_nothing(local: Fleet) -> None:
    device = local.registered("twice")
    before = local.record(device)

    outcome = local.outcome(local.deliver(local.event(device)))

    assert outcome["Outcome"] == "already"
    assert local.record(device) == before
    assert local.status(device) == "ACTIVE"
    assert device.publish("twice/hello")


def test_event_that_can_never_succeed_ends_in_the_dead_letter_queue(local: Fleet) -> None:
    sqs, queue = local.client("sqs"), local.outputs[Output.REGISTRATION_QUEUE]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "0"})  # no wait between tries
    body = json.dumps({"certificateId": "not a certificate id", "nonce": secrets.token_hex(4)})

    message_id = local.deliver(body)

    letters = awaited(
        lambda: sqs.receive_message(QueueUrl=local.outputs[Output.DEAD_LETTER_QUEUE]).get("Messages")
    )
    assert [letter["Body"] for letter in letters] == [body]
    assert local.outcome(message_id)["Reason"] == "malformed"
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "180"})


def test_same_request_is_answered_with_the_same_certificate(fleet: Fleet) -> None:
    csr = request("repeated", ec.generate_private_key(ec.SECP256R1()))

    assert fleet.answer(csr) == fleet.answer(csr)


def test_request_that_is_refused_says_why(local: Fleet) -> None:
    csr = request("not a thing name", ec.generate_private_key(ec.SECP256R1()))

    assert local.answer(csr)["refused"]["reason"] == "bad_thing_name"


def test_authority_in_kms_signs_with_a_key_that_kms_holds(local: Fleet) -> None:
    kms = local.client("kms")
    held = [kms.get_public_key(KeyId=key["KeyId"])["PublicKey"] for key in kms.list_keys()["Keys"]]

    public_key = local.authority.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    assert public_key in held


def test_no_private_key_reaches_a_log_or_an_event(fleets: dict[str, Fleet]) -> None:
    for fleet in fleets.values():
        fleet.registered("logged")
    local, exportable = fleets["local"], fleets["exportable"]
    groups = [group["logGroupName"] for group in local.client("logs").describe_log_groups()["logGroups"]]
    stacks = [
        json.dumps(
            local.client("cloudformation").describe_stack_events(StackName=f"{name}-jitr"), default=str
        )
        for name in fleets
    ]
    scalar = stolen_key(exportable).private_numbers().d

    said = "\n".join([line for group in groups for line in local.log_lines(group)] + stacks)

    assert "issued" in said
    assert "PRIVATE" not in said
    assert f"{scalar:x}" not in said


def test_iam_is_enforced(local: Fleet) -> None:
    # Without this the rest would prove little: a stranger's credentials are refused.
    stranger = local.session.client(
        "iot", aws_access_key_id="AKIASTRANGER00000000", aws_secret_access_key="x"
    )

    with pytest.raises(ClientError, match=r"UnrecognizedClient|InvalidClientTokenId|AccessDenied"):
        stranger.list_things()


def stolen_key(fleet: Fleet):
    """The private key of an authority in Secrets Manager, as an administrator can read it."""
    secrets_manager = fleet.client("secretsmanager")
    (secret,) = secrets_manager.list_secrets()["SecretList"]
    pem = secrets_manager.get_secret_value(SecretId=secret["ARN"])["SecretString"]
    return serialization.load_pem_private_key(pem.encode(), None)


def forged(fleet: Fleet, name: str, ca_key, ca: x509.Certificate) -> Identity:
    """A device with a certificate that nobody issued."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = builder(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), ca.subject, key.public_key()
    )
    return fleet.identity(name, key, certificate.sign(ca_key, hashes.SHA256()))


def self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """An authority that nobody registered."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "unknown authority")])
    ca = builder(name, name, key.public_key())
    return ca.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(
        key, hashes.SHA256()
    )


def builder(subject: x509.Name, issuer: x509.Name, public_key) -> x509.CertificateBuilder:
    """A certificate valid now."""
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
    )
