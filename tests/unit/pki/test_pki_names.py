"""Names of authorities, and of certificates and keys."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from pki.authority import UnfitName, subject_name
from pki.identity import certificate_id, public_key_hash
from pki.keys import SigningKey
from pki.signed import BadSignature, checked


def test_fields_are_written_in_the_usual_order() -> None:
    name = subject_name(
        {
            "common_name": "CA",
            "organizational_unit": "Unit",
            "organization": "Örg",
            "locality": "Town",
            "state": "Land",
            "country": "DE",
        }
    )

    assert name.rfc4514_string() == "CN=CA,OU=Unit,O=Örg,L=Town,ST=Land,C=DE"


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({}, "give one or more of"),
        ({"surname": "x"}, "surname"),
        ({"common_name": ""}, "common_name"),
        ({"common_name": "x" * 65}, "common_name"),
        ({"organization": "x" * 65}, "at most 64"),
        ({"state": "x" * 129}, "at most 128"),
        ({"locality": "line\nbreak"}, "printable"),
        ({"country": "de"}, "two capital letters"),
        ({"country": "DEU"}, "country"),
    ],
)
def test_what_rfc_5280_does_not_allow_is_refused(fields: dict[str, str], complaint: str) -> None:
    with pytest.raises(UnfitName, match=complaint):
        subject_name(fields)


def test_a_certificate_id_is_the_hash_of_the_der(plain_ca: x509.Certificate) -> None:
    assert certificate_id(plain_ca) == plain_ca.fingerprint(hashes.SHA256()).hex()


def test_a_public_key_hash_is_64_hex_digits(plain_ca: x509.Certificate, plain_key: SigningKey) -> None:
    assert len(bytes.fromhex(public_key_hash(plain_key.public_key()))) == 32


def test_a_sound_certificate_comes_back_from_its_check(plain_ca: x509.Certificate) -> None:
    assert checked(plain_ca, plain_ca.public_key()) is plain_ca


def test_a_certificate_does_not_verify_under_a_key_of_another_kind(plain_ca: x509.Certificate) -> None:
    with pytest.raises(BadSignature):
        checked(plain_ca, rsa.generate_private_key(65537, 2048).public_key())
