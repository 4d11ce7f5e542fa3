"""A key in AWS KMS that signs like any other and gives nothing away."""

import copy

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from moto import mock_aws

from pki.kms_key import KmsEllipticCurveKey, NotExportable
from tests.unit.pki.honest_kms import HonestKms
from tests.unit.pki.moto_clients import client

CURVES: list[tuple[ec.EllipticCurve, hashes.HashAlgorithm]] = [
    (ec.SECP256R1(), hashes.SHA256()),
    (ec.SECP384R1(), hashes.SHA384()),
]


def kms_key(kms: HonestKms) -> KmsEllipticCurveKey:
    return KmsEllipticCurveKey(kms, "arn:aws:kms:::key/1")  # type: ignore[arg-type]  # the stand-in has two methods


@pytest.mark.parametrize(("curve", "algorithm"), CURVES)
def test_a_message_is_hashed_here_and_its_digest_signed_there(
    curve: ec.EllipticCurve, algorithm: hashes.HashAlgorithm
) -> None:
    kms = HonestKms(curve)
    message = b"m" * 5000  # more than KMS takes as a message

    signature = kms_key(kms).sign(message, ec.ECDSA(algorithm))

    kms.key.public_key().verify(signature, message, ec.ECDSA(algorithm))


@pytest.mark.parametrize(("curve", "algorithm"), CURVES)
def test_a_digest_is_signed_as_it_is(curve: ec.EllipticCurve, algorithm: hashes.HashAlgorithm) -> None:
    kms = HonestKms(curve)
    digest = hashes.Hash(algorithm)
    digest.update(b"message")

    signature = kms_key(kms).sign(digest.finalize(), ec.ECDSA(Prehashed(algorithm)))

    kms.key.public_key().verify(signature, b"message", ec.ECDSA(algorithm))


@pytest.mark.parametrize("asked", [hashes.SHA224(), hashes.SHA512(), Prehashed(hashes.SHA384())])
def test_hashes_that_kms_does_not_join_with_the_curve_are_refused_here(
    asked: hashes.HashAlgorithm | Prehashed,
) -> None:
    with pytest.raises(UnsupportedAlgorithm, match="sha256"):
        kms_key(HonestKms(ec.SECP256R1())).sign(b"", ec.ECDSA(asked))


def test_the_public_key_is_fetched_once() -> None:
    kms = HonestKms(ec.SECP384R1())
    key = kms_key(kms)

    assert key.public_key() == kms.key.public_key()
    assert (key.curve.name, key.key_size) == ("secp384r1", 384)
    assert kms.calls == ["GetPublicKey"]


def test_nothing_private_can_be_taken_out() -> None:
    key = kms_key(HonestKms(ec.SECP256R1()))

    with pytest.raises(NotExportable):
        key.private_numbers()
    with pytest.raises(NotExportable):
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def test_it_takes_part_in_no_key_exchange() -> None:
    key = kms_key(HonestKms(ec.SECP256R1()))

    with pytest.raises(UnsupportedAlgorithm):
        key.exchange(ec.ECDH(), key.public_key())


def test_copies_are_the_key_itself() -> None:
    key = kms_key(HonestKms(ec.SECP256R1()))

    assert copy.copy(key) is key
    assert copy.deepcopy(key) is key


@mock_aws
@pytest.mark.parametrize(
    ("spec", "usage"),
    [("RSA_2048", "SIGN_VERIFY"), ("ECC_NIST_P521", "SIGN_VERIFY"), ("RSA_2048", "ENCRYPT_DECRYPT")],
)
def test_kms_keys_of_other_kinds_are_refused(spec: str, usage: str) -> None:
    made = client("kms").create_key(KeySpec=spec, KeyUsage=usage)

    with pytest.raises(UnsupportedAlgorithm, match="ECC_NIST_P256 or ECC_NIST_P384"):
        KmsEllipticCurveKey(client("kms"), made["KeyMetadata"]["KeyId"]).public_key()
