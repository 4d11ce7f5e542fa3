"""Certificates without a record, of an external authority: read once, and from then on like all others."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from moto.iot.models import iot_backends

from contract import Variable
from provisioning.template import ProvisioningTemplate
from records.record import Source
from records.state import State
from records.table import IssuanceRecords
from registration.adoption import Adoption
from registration.announced import announced_certificates
from registration.settings import MisconfiguredFunction
from tests.unit.registration.boundary import REGION, clients, function_clients
from tests.unit.registration.conftest import Lines
from tests.unit.registration.world import ACCOUNT, AUTHORITY, OTHER_AUTHORITY, TABLE, Device, World

KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(*names: str, authority: bool = False) -> str:
    """A device's certificate (PEM), self-signed: AWS IoT, not the function, looks at signatures."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name) for name in names])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(KEY.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(KEY, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def adopts(world: World, template: dict[str, Any] | None = None) -> None:
    """Let the environment take the certificates of its authority without a record."""
    made = function_clients()
    rendered = ProvisioningTemplate(**(template or {})).to_json()
    variables = {Variable.PROVISIONING_TEMPLATE: rendered, "AWS_REGION": "eu-west-1"}
    reader = announced_certificates(World.settings, variables)
    records = IssuanceRecords(made.dynamodb, TABLE)
    world.adoption = Adoption(made.iot, records, frozenset({AUTHORITY}), reader.read)


def announced(
    pem: str, monkeypatch: pytest.MonkeyPatch, ca: str = AUTHORITY, status: str = "PENDING_ACTIVATION"
) -> Device:
    """A device whose certificate AWS IoT just registered; moto knows no CA of it, so it is told."""
    known = clients().iot.register_certificate_without_ca(certificatePem=pem, status=status)  # type: ignore[arg-type]
    certificate_id = known_by_its_hash(known["certificateId"], pem)
    iot = function_clients().iot
    describe = iot.describe_certificate

    def with_authority(**call: Any) -> Any:
        answer = describe(**call)
        answer["certificateDescription"]["caCertificateId"] = ca
        return answer

    monkeypatch.setattr(iot, "describe_certificate", with_authority)
    return Device(certificate_id, "pump-1")


def known_by_its_hash(moto_s: str, pem: str) -> str:
    """Give a certificate the id that AWS IoT gives it, the hash of its DER; moto takes that of the PEM."""
    try:
        der = x509.load_pem_x509_certificate(pem.encode()).public_bytes(serialization.Encoding.DER)
    except ValueError:
        return moto_s
    held = iot_backends[ACCOUNT][REGION].certificates
    known = held.pop(moto_s)
    known.certificate_id = sha256(der).hexdigest()
    known.arn = known.arn.replace(moto_s, known.certificate_id)
    held[known.certificate_id] = known
    return known.certificate_id


def test_a_certificate_without_a_record_is_read_once_and_let_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopts(world)
    device = announced(certificate("pump-1"), monkeypatch)

    world.deliver(device)
    world.deliver(device)

    assert world.status(device) == "ACTIVE"
    assert world.things(device) == ["pump-1"]
    assert world.function.operations.count("DescribeCertificate") == 1
    record = world.record(device)
    assert (record.source, record.state, record.issuer) == (Source.ADOPTED, State.REGISTERED, AUTHORITY)


def test_its_thing_is_what_the_template_makes_of_its_subject(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopts(
        world, {"thing_name": "${subject.common_name}-x", "attributes": {"name": "${subject.common_name}"}}
    )
    device = announced(certificate("pump-1"), monkeypatch)

    world.deliver(device)

    assert clients().iot.describe_thing(thingName="pump-1-x")["attributes"] == {"name": "pump-1"}


@pytest.mark.parametrize("status", ["ACTIVE", "INACTIVE", "REVOKED"])
def test_a_certificate_that_does_not_wait_is_left_alone(
    world: World, lines: Lines, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    adopts(world)
    device = announced(certificate("pump-1"), monkeypatch, status=status)

    assert world.deliver(device) == []
    assert world.status(device) == status
    assert world.function.statuses == []
    assert [line["Reason"] for line in lines()] == ["not_pending"]


def test_one_that_was_switched_off_after_it_came_in_is_not_revived(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopts(world)
    device = announced(certificate("pump-1"), monkeypatch)
    world.deliver(device)
    world.switch_by_hand(device, "INACTIVE")

    world.deliver(device)
    world.redeliver(device)

    assert world.status(device) == "INACTIVE"


def test_an_authority_of_ours_still_needs_a_record(world: World, lines: Lines) -> None:
    adopts(world)
    world.settings = world.settings.__class__(
        **vars(world.settings) | {"authorities": frozenset({AUTHORITY, OTHER_AUTHORITY})}
    )
    stranger = world.unissued_device()

    world.deliver_bodies(json.dumps(stranger.event | {"caCertificateId": OTHER_AUTHORITY}))

    assert "ACTIVE" not in world.function.statuses
    assert [line["Reason"] for line in lines()] == ["unissued"]


def test_a_certificate_of_another_ca_than_the_announced_one_is_refused(
    world: World, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopts(world)
    device = announced(certificate("pump-1"), monkeypatch, ca=OTHER_AUTHORITY)

    world.deliver(device)

    assert world.status(device) == "PENDING_ACTIVATION"  # whose it is, an event does not decide
    assert [line["Reason"] for line in lines()] == ["wrong_ca"]


@pytest.mark.parametrize(
    ("pem", "problem"),
    [
        pytest.param(certificate("pump 1"), "thing_name: 'pump 1'", id="no-thing-name"),
        pytest.param(certificate("a", "b"), "bad_thing_name", id="two-names"),
        pytest.param(certificate("pump-1", authority=True), "authority", id="an-authority"),
        pytest.param("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", "X.509", id="none"),
    ],
)
def test_a_certificate_that_makes_no_thing_is_refused(
    world: World, lines: Lines, monkeypatch: pytest.MonkeyPatch, pem: str, problem: str
) -> None:
    adopts(world)
    device = announced(pem, monkeypatch)

    assert world.deliver(device) == []
    assert world.status(device) == "INACTIVE"
    (line,) = lines()
    assert (line["Outcome"], line["Reason"]) == ("refused", "unfit_certificate")
    assert problem in line["problem"]


def test_a_certificate_whose_id_is_not_its_hash_is_refused(
    world: World, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopts(world)
    device = announced(certificate("pump-1"), monkeypatch)
    other = certificate("pump-1")
    describe = function_clients().iot.describe_certificate

    def another(**call: Any) -> Any:
        answer = describe(**call)
        answer["certificateDescription"]["certificatePem"] = other
        return answer

    monkeypatch.setattr(function_clients().iot, "describe_certificate", another)

    world.deliver(device)

    assert "which is not its id" in lines()[0]["problem"]
    assert world.status(device) == "INACTIVE"


def test_a_deleted_certificate_is_no_failure(
    world: World, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopts(world)
    device = announced(certificate("pump-1"), monkeypatch)
    world.function.fails_at("DescribeCertificate", "ResourceNotFoundException")

    assert world.deliver(device) == []
    assert [line["Reason"] for line in lines()] == ["not_pending"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"groups": 7}'])
def test_a_template_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(MisconfiguredFunction, match=Variable.PROVISIONING_TEMPLATE):
        announced_certificates(World.settings, {Variable.PROVISIONING_TEMPLATE: text})
