"""Certificates that somebody else signed: what is wrong with them is said before AWS is asked."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from contract import KeyAlgorithm
from pki.authority import authority_certificate, verification_certificate
from pki.given import (
    LONGEST_PEM,
    UnfitCertificate,
    check_in_time,
    check_verification,
    read_authority,
    read_verification,
)
from pki.identity import pem
from pki.keys import SigningKey, generate_key
from tests.unit.pki.authorities import NOW, SUBJECT, TEN_YEARS, bare_authority

CODE = "c0de" * 16
KEY = generate_key(KeyAlgorithm.P256)
CA = authority_certificate(KEY, SUBJECT, TEN_YEARS, NOW)


def unusual(
    key: object = KEY, signature: hashes.HashAlgorithm | None = None, *extensions: x509.ExtensionType
) -> x509.Certificate:
    """A self-signed certificate with whatever key, hash and extensions."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(SUBJECT)
        .issuer_name(SUBJECT)
        .public_key(key.public_key())  # type: ignore[attr-defined]  # some key
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + TEN_YEARS)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    plain = isinstance(key, ed25519.Ed25519PrivateKey)
    return builder.sign(key, None if plain else signature or hashes.SHA256())  # type: ignore[arg-type]  # some key


AUTHORITY = x509.BasicConstraints(ca=True, path_length=None)
NO_AUTHORITY = x509.BasicConstraints(ca=False, path_length=None)


def signing_nothing() -> x509.KeyUsage:
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
        "key_cert_sign crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**dict.fromkeys(names.split(), False))


def test_an_authority_made_here_can_be_given_elsewhere() -> None:
    path = read_authority(pem(CA))

    assert path.authority == CA
    assert path.above == ()


def test_an_authority_without_key_usage_may_sign() -> None:
    assert read_authority(pem(bare_authority(KEY))).above == ()


def test_text_around_the_certificate_does_no_harm() -> None:
    assert read_authority(f"Factory CA\n{pem(CA)}\nthat is all\n").pem == pem(CA)


@pytest.mark.parametrize(
    ("certificate", "complaint"),
    [
        (unusual(), "CA:TRUE"),
        (unusual(KEY, None, NO_AUTHORITY), "CA:TRUE"),
        (unusual(KEY, None, AUTHORITY, signing_nothing()), "lacks keyCertSign"),
        (unusual(rsa.generate_private_key(65537, 1024), None, AUTHORITY), "RSA from 2,048 bits"),  # noqa: S505  # weak on purpose
        (unusual(ec.generate_private_key(ec.SECP256K1()), None, AUTHORITY), "P-256, P-384 and P-521"),
        (unusual(ed25519.Ed25519PrivateKey.generate(), None, AUTHORITY), "SHA-256"),
    ],
)
def test_what_aws_would_not_take_is_named(certificate: x509.Certificate, complaint: str) -> None:
    with pytest.raises(UnfitCertificate, match=complaint):
        read_authority(pem(certificate))


@pytest.mark.parametrize(
    "curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()], ids=lambda curve: curve.name
)
def test_every_curve_of_aws_will_do(curve: ec.EllipticCurve) -> None:
    assert read_authority(pem(unusual(ec.generate_private_key(curve), None, AUTHORITY)))


@pytest.mark.parametrize(
    "text", ["", "factory-ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_what_is_no_certificate_is_refused(text: str) -> None:
    with pytest.raises(UnfitCertificate, match="must be PEM"):
        read_authority(text)
    with pytest.raises(UnfitCertificate, match="must be PEM"):
        read_verification(text)


def test_a_chain_out_of_order_is_refused() -> None:
    stranger = authority_certificate(generate_key(KeyAlgorithm.P256), SUBJECT, TEN_YEARS, NOW)

    with pytest.raises(UnfitCertificate, match="did not sign it; put the authority first"):
        read_authority(pem(CA) + pem(stranger))


def test_a_chain_too_long_to_be_kept_is_refused() -> None:
    copies = LONGEST_PEM // len(pem(CA)) + 1

    with pytest.raises(UnfitCertificate, match=f"the {copies - 1} above it take"):
        read_authority(pem(CA) * copies)


@pytest.mark.parametrize(
    ("now", "complaint"),
    [
        (NOW - timedelta(days=1), "the authority's certificate is not valid before 2030-01-01 11:55 UTC"),
        (NOW + TEN_YEARS + timedelta(seconds=1), "the authority's certificate expired on 2039-12-30"),
    ],
)
def test_a_certificate_out_of_its_time_is_named(now: datetime, complaint: str) -> None:
    with pytest.raises(UnfitCertificate, match=complaint):
        check_in_time(CA, "the authority's certificate", now)


def test_a_certificate_in_its_time_is_fine() -> None:
    check_in_time(CA, "the authority's certificate", NOW)


def verification(code: str = CODE, key: SigningKey = KEY, ca: x509.Certificate = CA) -> x509.Certificate:
    return read_verification(pem(verification_certificate(ca, key, code, NOW)))


@pytest.mark.parametrize("code", [CODE, None], ids=["code known", "code unknown"])
def test_a_right_verification_certificate_is_accepted(code: str | None) -> None:
    check_verification(verification(), CA, code, NOW)


@pytest.mark.parametrize(
    ("wrong", "code", "now", "complaint"),
    [
        (verification("0ther"), CODE, NOW, "for the registration code 0ther, not for c0de.*verification-csr"),
        (verification(), CODE, NOW + timedelta(days=2), "expired on 2030-01-02"),
        (verification(), None, NOW + timedelta(days=2), "expired on 2030-01-02"),
    ],
    ids=["other code", "expired", "expired, code unknown"],
)
def test_a_wrong_verification_certificate_is_explained(
    wrong: x509.Certificate, code: str | None, now: datetime, complaint: str
) -> None:
    with pytest.raises(UnfitCertificate, match=complaint):
        check_verification(wrong, CA, code, now)


def test_a_verification_certificate_of_an_authority_with_the_same_name_is_refused() -> None:
    namesake = authority_certificate(generate_key(KeyAlgorithm.P256), SUBJECT, TEN_YEARS, NOW)

    with pytest.raises(UnfitCertificate, match="not signed by the authority CN=Example fleet CA"):
        check_verification(verification(), namesake, CODE, NOW)


def test_without_a_time_it_is_now() -> None:
    fresh = authority_certificate(KEY, SUBJECT, TEN_YEARS, datetime.now(UTC))

    check_in_time(fresh, "the authority's certificate")
