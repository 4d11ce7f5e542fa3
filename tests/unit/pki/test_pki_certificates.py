"""Every certificate, under every custody and algorithm, before OpenSSL and pkilint."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from mypy_boto3_secretsmanager import SecretsManagerClient

from contract import KeyAlgorithm
from pki.authority import authority_certificate, lifetime, verification_certificate
from pki.custody import KmsCustody, SecretsManagerCustody
from pki.keys import SigningKey, generate_key
from pki.leaf import leaf_certificate
from pki.signed import BadSignature
from tests.unit.pki.authorities import NOW, SUBJECT, TEN_YEARS, device_request, usages
from tests.unit.pki.honest_kms import HonestKms, LyingKms
from tests.unit.pki.judges import lint, openssl_verify

CODE = "0123456789abcdef" * 4


@pytest.fixture(
    params=[
        "kms P-256",
        "kms P-384",
        "secrets_manager P-256",
        "secrets_manager P-384",
        "secrets_manager RSA-2048",
    ]
)
def authority_key(request: pytest.FixtureRequest, secrets: SecretsManagerClient, secret: str) -> SigningKey:
    kind, algorithm = request.param.split()
    curve = ec.SECP384R1() if algorithm == "P-384" else ec.SECP256R1()
    kms = KmsCustody(HonestKms(curve), "arn:aws:kms:::key/1")  # type: ignore[arg-type]  # a stand-in
    holder = kms if kind == "kms" else SecretsManagerCustody(secrets, secret)
    return holder.create_key(KeyAlgorithm(algorithm))


class TestEveryCustodyAndAlgorithm:
    def test_the_authoritys_certificate_is_sound(self, authority_key: SigningKey) -> None:
        ca = authority_certificate(authority_key, SUBJECT, TEN_YEARS)

        assert openssl_verify(ca, ca) == "certificate.pem: OK"
        assert lint(ca) == []

    def test_the_verification_certificate_is_sound(self, authority_key: SigningKey) -> None:
        ca = authority_certificate(authority_key, SUBJECT, TEN_YEARS)

        verification = verification_certificate(ca, authority_key, CODE)

        assert openssl_verify(verification, ca) == "certificate.pem: OK"
        assert lint(verification) == []

    @pytest.mark.parametrize(
        "device_key",
        [
            ec.generate_private_key(ec.SECP256R1()),
            ec.generate_private_key(ec.SECP384R1()),
            rsa.generate_private_key(65537, 2048),
        ],
        ids=["P-256", "P-384", "RSA-2048"],
    )
    def test_a_devices_certificate_is_sound(self, authority_key: SigningKey, device_key: SigningKey) -> None:
        ca = authority_certificate(authority_key, SUBJECT, TEN_YEARS)

        leaf = leaf_certificate(device_request(device_key), ca, authority_key, timedelta(days=365))

        assert openssl_verify(leaf, ca) == "certificate.pem: OK"
        assert lint(leaf) == []

    def test_the_signature_hash_is_sha_256_or_better(self, authority_key: SigningKey) -> None:
        ca = authority_certificate(authority_key, SUBJECT, TEN_YEARS)

        on_p384 = isinstance(authority_key, ec.EllipticCurvePrivateKey) and authority_key.key_size == 384
        assert isinstance(ca.signature_hash_algorithm, hashes.SHA384 if on_p384 else hashes.SHA256)


class TestAuthority:
    def test_it_may_sign_devices_and_nothing_below_them(self, plain_ca: x509.Certificate) -> None:
        constraints = plain_ca.extensions.get_extension_for_class(x509.BasicConstraints)
        usage = plain_ca.extensions.get_extension_for_class(x509.KeyUsage)

        assert constraints.critical
        assert constraints.value == x509.BasicConstraints(ca=True, path_length=0)
        assert usage.critical
        assert usages(usage.value) == {"key_cert_sign", "crl_sign"}

    def test_it_is_its_own_issuer(self, plain_ca: x509.Certificate) -> None:
        own = plain_ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        issuer = plain_ca.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value

        assert plain_ca.issuer == plain_ca.subject == SUBJECT
        assert issuer.key_identifier == own

    def test_it_is_valid_from_five_minutes_before_now(self, plain_ca: x509.Certificate) -> None:
        assert plain_ca.not_valid_before_utc == datetime(2030, 1, 1, 11, 55, 0, tzinfo=UTC)
        assert plain_ca.not_valid_after_utc == datetime(2030, 1, 1, 12, 0, 0, tzinfo=UTC) + TEN_YEARS
        assert lifetime(plain_ca) == TEN_YEARS

    def test_serials_are_random_positive_and_fit_20_octets(self, plain_key: SigningKey) -> None:
        serials = {authority_certificate(plain_key, SUBJECT, TEN_YEARS).serial_number for _ in range(20)}

        assert len(serials) == 20
        assert all(0 < serial < 1 << 159 for serial in serials)
        assert max(serials) > 1 << 128

    def test_a_key_holder_that_signs_something_else_is_found_out(self) -> None:
        kms = KmsCustody(LyingKms(ec.SECP256R1()), "arn")  # type: ignore[arg-type]  # a stand-in

        with pytest.raises(BadSignature, match="Example fleet CA"):
            authority_certificate(kms.signing_key(), SUBJECT, TEN_YEARS)


class TestVerificationCertificate:
    def test_its_common_name_is_the_registration_code(
        self, plain_ca: x509.Certificate, plain_key: SigningKey
    ) -> None:
        verification = verification_certificate(plain_ca, plain_key, CODE, NOW)

        assert verification.subject.rfc4514_string() == f"CN={CODE}"
        assert verification.issuer == plain_ca.subject

    def test_it_is_short_lived_with_a_key_of_its_own(
        self, plain_ca: x509.Certificate, plain_key: SigningKey
    ) -> None:
        verification = verification_certificate(plain_ca, plain_key, CODE, NOW)

        assert verification.not_valid_after_utc - verification.not_valid_before_utc == timedelta(
            days=1, minutes=5
        )
        assert verification.public_key() != plain_ca.public_key()

    def test_another_authoritys_key_cannot_make_it(self, plain_ca: x509.Certificate) -> None:
        with pytest.raises(BadSignature):
            verification_certificate(plain_ca, generate_key(KeyAlgorithm.P256), CODE)
