"""What a device's certificate says, and when there is none."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from contract import KeyAlgorithm
from pki.keys import SigningKey, generate_key
from pki.leaf import AuthorityEnding, LeafForm, leaf_certificate
from pki.request import read_request
from pki.signed import BadSignature
from tests.unit.pki import forging as forge
from tests.unit.pki.authorities import NOW, TEN_YEARS, bare_authority, device_request, usages


def test_it_may_sign_as_a_tls_client_and_nothing_else(
    plain_ca: x509.Certificate, plain_key: SigningKey
) -> None:
    leaf = leaf_certificate(device_request(), plain_ca, plain_key, timedelta(days=365), NOW)

    constraints = leaf.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    extended = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert constraints.critical
    assert not constraints.value.ca
    assert usage.critical
    assert usages(usage.value) == {"digital_signature"}
    assert list(extended.value) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_it_bears_the_requests_subject_and_key_and_the_authoritys_name(
    plain_ca: x509.Certificate, plain_key: SigningKey
) -> None:
    request = device_request()

    leaf = leaf_certificate(request, plain_ca, plain_key, timedelta(days=365), NOW)

    assert leaf.subject.rfc4514_string() == "CN=device-1,O=Zymbit,C=US"
    assert leaf.public_key() == request.public_key
    assert leaf.issuer == plain_ca.subject


def test_identifiers_link_it_to_its_issuer(plain_ca: x509.Certificate, plain_key: SigningKey) -> None:
    leaf = leaf_certificate(device_request(), plain_ca, plain_key, timedelta(days=365), NOW)

    issuer = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert issuer == plain_ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    assert leaf.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)


def test_extensions_that_the_request_asks_for_are_not_copied(
    plain_ca: x509.Certificate, plain_key: SigningKey
) -> None:
    greedy = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(forge.common_name("device-1"))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("example.com")]), critical=False)
        .sign(forge.DEVICE_KEY, hashes.SHA256())
    )
    request = read_request(greedy.public_bytes(serialization.Encoding.PEM))

    leaf = leaf_certificate(request, plain_ca, plain_key, timedelta(days=365), NOW)

    assert {extension.oid for extension in leaf.extensions} == {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
    }


def test_it_never_outlives_its_authority(plain_ca: x509.Certificate, plain_key: SigningKey) -> None:
    leaf = leaf_certificate(device_request(), plain_ca, plain_key, timedelta(days=36500), NOW)

    assert leaf.not_valid_after_utc == plain_ca.not_valid_after_utc


def test_it_is_never_older_than_its_authority(plain_ca: x509.Certificate, plain_key: SigningKey) -> None:
    early = plain_ca.not_valid_before_utc + timedelta(minutes=1)

    leaf = leaf_certificate(device_request(), plain_ca, plain_key, timedelta(days=1), early)

    assert leaf.not_valid_before_utc == plain_ca.not_valid_before_utc


@pytest.mark.parametrize("days", [3650 - 0.99, 3651, -1])
def test_an_authority_at_the_end_of_its_time_signs_no_more(
    plain_ca: x509.Certificate, plain_key: SigningKey, days: float
) -> None:
    with pytest.raises(AuthorityEnding, match="issue from a new authority"):
        leaf_certificate(device_request(), plain_ca, plain_key, timedelta(days=1), NOW + timedelta(days=days))


def test_an_authority_signs_until_a_day_before_its_end(
    plain_ca: x509.Certificate, plain_key: SigningKey
) -> None:
    last = plain_ca.not_valid_after_utc - timedelta(days=1)

    assert leaf_certificate(device_request(), plain_ca, plain_key, timedelta(days=1), last)


def test_another_authoritys_key_cannot_sign_it(plain_ca: x509.Certificate) -> None:
    with pytest.raises(BadSignature, match="device-1"):
        leaf_certificate(device_request(), plain_ca, generate_key(KeyAlgorithm.P256), TEN_YEARS, NOW)


def test_an_authority_without_a_key_identifier_is_identified_by_its_key(plain_key: SigningKey) -> None:
    bare = bare_authority(plain_key)

    leaf = leaf_certificate(device_request(), bare, plain_key, timedelta(days=10))

    issuer = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert issuer == x509.SubjectKeyIdentifier.from_public_key(plain_key.public_key()).digest


def test_leaves_of_one_form_differ_in_their_devices_and_numbers_alone(
    plain_ca: x509.Certificate, plain_key: SigningKey
) -> None:
    form = LeafForm(plain_ca, timedelta(days=365), NOW)

    request = device_request()
    one, two = (form.unverified(request, plain_key) for _ in range(2))

    assert one.serial_number != two.serial_number
    assert list(one.extensions) == list(two.extensions)
    assert (one.subject, one.not_valid_after_utc) == (two.subject, two.not_valid_after_utc)
    alone = leaf_certificate(request, plain_ca, plain_key, timedelta(days=365), NOW)
    assert list(one.extensions) == list(alone.extensions)
