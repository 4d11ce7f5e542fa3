"""A certificate gets a record if the deployed authority might have signed it itself."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import NameOID
from moto import mock_aws

from adoption.unfit import UnfitCertificate
from jitr.environment_authorities import DeployedAuthority
from jitr.issued.judge import Judge
from pki.authority import authority_certificate, subject_name
from pki.identity import certificate_id, pem
from pki.names import long_names
from pki.signed import key_usage
from provisioning.template import ProvisioningTemplate
from records.provisioning import Provisioning
from records.record import Source
from records.state import State
from tests.unit.jitr.factory import (
    CA,
    CA_KEY,
    DEVICE_KEY,
    FLEET,
    NOW,
    OTHER_KEY,
    common_name,
    der,
    leaf,
)
from tests.unit.pki.moto_clients import client
from tests.unit.provisioning.examples import provisioner

JUDGE = Judge([FLEET], provisioner(), NOW)
RSA_CA_KEY = rsa.generate_private_key(65537, 2048)
RSA_CA = authority_certificate(RSA_CA_KEY, subject_name({"common_name": "RSA CA"}), timedelta(days=10))
SHORT_KEY = rsa.generate_private_key(65537, 1024)  # noqa: S505  to be refused
TWIN = authority_certificate(
    OTHER_KEY, subject_name({"organization": "Works", "common_name": "Works CA"}), timedelta(days=10)
)
"""Another authority of the same name."""


def reason(certificate: x509.Certificate) -> str:
    with pytest.raises(UnfitCertificate) as unfit:
        JUDGE.record(der(certificate))
    assert "\n" not in str(unfit.value)
    return unfit.value.reason


def test_a_sound_certificate_gets_a_record_that_waits_for_its_device() -> None:
    certificate = leaf("pump-1")

    found = JUDGE.record(der(certificate))

    assert found is not None
    record, authority = found
    assert authority is FLEET
    assert (record.certificate_id, record.issuer) == (certificate_id(certificate), certificate_id(CA))
    assert (record.thing_name, record.state, record.source) == ("pump-1", State.ISSUED, Source.IMPORTED)
    assert (record.certificate, record.request_digest) == (pem(certificate), None)
    assert record.serial == f"{certificate.serial_number:x}"
    assert record.not_after == certificate.not_valid_after_utc


@pytest.mark.parametrize(
    ("wrong", "certificate"),
    [
        ("unknown_issuer", leaf(ca=authority_certificate(OTHER_KEY, common_name("x"), timedelta(days=9)))),
        ("bad_signature", leaf(ca_key=OTHER_KEY)),
        ("weak_signature", leaf(hash_=hashes.SHA224())),
        ("authority", leaf(extensions=(x509.BasicConstraints(ca=True, path_length=None),))),
        ("authority", leaf(extensions=(key_usage(key_cert_sign=True),))),
        ("expired", leaf(last=NOW)),
        ("not_yet_valid", leaf(first=NOW + timedelta(seconds=1))),
        ("unsupported_key", leaf(key=ed25519.Ed25519PrivateKey.generate().public_key())),
        ("unsupported_key", leaf(key=ec.generate_private_key(ec.SECP521R1()).public_key())),
        ("weak_key", leaf(key=SHORT_KEY.public_key())),
        ("bad_thing_name", leaf(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Works")]))),
        ("bad_thing_name", leaf(common_name("pump-1", "pump-2"))),
        ("bad_thing_name", leaf("pump 1")),
        ("bad_thing_name", leaf("$aws")),
        ("bad_subject", leaf("pump\n1")),
    ],
)
def test_an_unsound_certificate_is_refused_with_its_reason(wrong: str, certificate: x509.Certificate) -> None:
    assert reason(certificate) == wrong


@pytest.mark.parametrize("position", [40, 120, 250, -20, -1])
def test_a_certificate_with_one_bit_changed_is_refused(position: int) -> None:
    changed = bytearray(der(leaf("pump-1")))
    changed[position] ^= 1
    with pytest.raises(UnfitCertificate):
        JUDGE.record(bytes(changed))


@pytest.mark.parametrize("content", [b"", b"\x30\x82", b"hello", der(CA)[:-1], der(CA) + b"\0"])
def test_what_is_no_certificate_is_malformed(content: bytes) -> None:
    with pytest.raises(UnfitCertificate) as unfit:
        JUDGE.record(content)
    assert unfit.value.reason == "malformed"


def test_an_authority_s_own_certificate_and_its_chain_are_passed_over() -> None:
    judge = Judge([replace(FLEET, chain=(TWIN,))], provisioner(), NOW)
    assert [judge.record(der(own)) for own in (CA, TWIN)] == [None, None]


def test_of_two_authorities_of_one_name_the_one_that_signed_is_the_issuer() -> None:
    twin = DeployedAuthority("twin", TWIN)
    found = Judge([FLEET, twin], provisioner(), NOW).record(der(leaf(ca=TWIN, ca_key=OTHER_KEY)))
    assert found is not None
    assert found[1] is twin
    assert found[0].issuer == twin.id


@pytest.mark.parametrize("scheme", [padding.PKCS1v15(), padding.PSS(padding.MGF1(hashes.SHA256()), 32)])
def test_an_rsa_authority_may_sign_with_either_padding(scheme: object) -> None:
    judge = Judge([DeployedAuthority("rsa", RSA_CA)], provisioner(), NOW)
    assert judge.record(der(leaf(ca=RSA_CA, ca_key=RSA_CA_KEY, padding=scheme)))


@pytest.mark.parametrize(
    "key",
    [
        DEVICE_KEY,
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(65537, 2048),
    ],
)
def test_every_key_that_devices_may_have_is_recorded(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
) -> None:
    assert JUDGE.record(der(leaf(key=key.public_key(), ca_key=CA_KEY)))


def test_a_thing_s_name_may_be_as_long_as_aws_allows() -> None:
    with long_names():
        certificate = der(
            leaf(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "p" * 128, _validate=False)]))
        )
    found = JUDGE.record(certificate)
    assert found is not None
    assert found[0].thing_name == "p" * 128


def test_what_the_thing_becomes_is_settled_when_a_certificate_is_imported() -> None:
    template = ProvisioningTemplate(
        thing_name="${record.serial}", attributes={"name": "${subject.common_name}"}
    )
    certificate = leaf("pump-1")

    found = Judge([FLEET], provisioner(template), NOW).record(der(certificate))

    assert found is not None
    assert found[0].thing_name == f"{certificate.serial_number:x}"
    assert found[0].provisioning == Provisioning(attributes={"name": "pump-1"})


@pytest.mark.parametrize(
    ("template", "wrong"),
    [
        (ProvisioningTemplate(thing_name="${subject.title}"), "bad_thing_name"),
        (ProvisioningTemplate(groups=("${subject.title}",)), "bad_provisioning"),
        (ProvisioningTemplate(thing_type="zymkey"), "missing_thing_type"),
    ],
)
def test_a_certificate_that_the_template_does_not_fit_is_refused_with_its_reason(
    template: ProvisioningTemplate, wrong: str
) -> None:
    with mock_aws(), pytest.raises(UnfitCertificate) as unfit:
        Judge([FLEET], provisioner(template, client("iot")), NOW).record(der(leaf("pump-1")))

    assert unfit.value.reason == wrong
