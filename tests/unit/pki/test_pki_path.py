"""An authority with those above it: kept together, and sent behind a device's certificate."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from contract import KeyAlgorithm
from pki.authority import authority_certificate, authority_request, subject_name
from pki.identity import certificate_id
from pki.keys import generate_key
from pki.kms_key import KmsEllipticCurveKey
from pki.path import CertificationPath, load_path
from pki.signed import BadSignature, signed_by, unsigned
from tests.unit.pki.authorities import NOW, SUBJECT, TEN_YEARS
from tests.unit.pki.honest_kms import HonestKms, LyingKms

ROOT_KEY = generate_key(KeyAlgorithm.P256)
ROOT = authority_certificate(ROOT_KEY, subject_name({"common_name": "Root"}), TEN_YEARS, NOW)


@pytest.fixture
def kms_key() -> KmsEllipticCurveKey:
    return KmsEllipticCurveKey(HonestKms(ec.SECP256R1()), "key")  # type: ignore[arg-type]  # a stand-in


def subordinate(request: x509.CertificateSigningRequest) -> x509.Certificate:
    """What an offline root makes of a request."""
    builder = unsigned(request.subject, request.public_key(), NOW, NOW + timedelta(days=100))  # type: ignore[arg-type]  # one of ours
    return signed_by(ROOT, ROOT_KEY, builder)


def test_a_path_is_read_as_it_was_written(kms_key: KmsEllipticCurveKey) -> None:
    path = CertificationPath(subordinate(authority_request(kms_key, SUBJECT)), (ROOT,))

    assert load_path(path.pem) == path
    assert path.id == certificate_id(path.authority)


@pytest.mark.parametrize("text", ["", "nothing", "-----BEGIN CERTIFICATE-----\n"])
def test_what_holds_no_certificate_is_no_path(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        load_path(text)


def test_a_device_of_a_subordinate_sends_all_but_the_root(kms_key: KmsEllipticCurveKey) -> None:
    authority = subordinate(authority_request(kms_key, SUBJECT))

    assert CertificationPath(authority, (ROOT,)).intermediates == (authority,)
    assert CertificationPath(authority).intermediates == (authority,)


def test_a_device_of_a_root_sends_nothing_more() -> None:
    assert CertificationPath(ROOT).intermediates == ()


def test_a_request_for_a_subordinate_asks_for_an_authority_of_devices(kms_key: KmsEllipticCurveKey) -> None:
    request = authority_request(kms_key, SUBJECT)

    assert request.is_signature_valid
    assert request.subject == SUBJECT
    assert request.public_key() == kms_key.public_key()
    constraints = request.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = request.extensions.get_extension_for_class(x509.KeyUsage)
    assert constraints.value == x509.BasicConstraints(ca=True, path_length=0)
    assert constraints.critical
    assert usage.value.key_cert_sign


def test_a_request_that_its_key_did_not_sign_is_not_given_out() -> None:
    liar = KmsEllipticCurveKey(LyingKms(ec.SECP256R1()), "key")  # type: ignore[arg-type]  # a stand-in

    with pytest.raises(BadSignature):
        authority_request(liar, SUBJECT)
