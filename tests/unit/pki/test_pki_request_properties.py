"""Requests of every shape: each gets a clean certificate or a refusal."""

import base64
from datetime import timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from hypothesis import given, settings
from hypothesis import strategies as st

from contract import KeyAlgorithm
from pki.authority import authority_certificate, subject_name
from pki.keys import SigningKey, generate_key
from pki.leaf import leaf_certificate
from pki.request import DeviceRequest, RefusedRequest, read_request
from tests.unit.pki import forging as forge
from tests.unit.pki.judges import errors

THING_NAME = st.text("abcXYZ059:_-", min_size=1, max_size=64)
OIDS = st.sampled_from(
    [
        bytes.fromhex(oid)
        for oid in [
            "550403",
            "550404",
            "550405",
            "550406",
            "550407",
            "550408",
            "55040a",
            "55040b",
            "55042e",
            "55042d",
            "2a864886f70d010901",
            "0992268993f22c640119",
            "2a0304",
        ]
    ]
)
STRING_TYPES = st.sampled_from(
    [forge.UTF8, forge.PRINTABLE, forge.IA5, forge.T61, forge.BMP, forge.UNIVERSAL, 0x03, 0x04, 0x17, 0x30]
)
VALUES = st.one_of(
    st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text("ABCdef019 ._@-", max_size=300).map(str.encode),
    st.binary(max_size=40),
)
ATTRIBUTES = st.builds(forge.attribute, OIDS, STRING_TYPES, VALUES)
DEVICE_NAME = THING_NAME.map(lambda name: forge.attribute(forge.COMMON_NAME, forge.UTF8, name.encode()))
RDNS = st.lists(st.lists(ATTRIBUTES, max_size=3).map(lambda attributes: forge.rdn(*attributes)), max_size=4)


def sound_der() -> bytes:
    """A request as a device makes it; each has a signature of its own."""
    return base64.b64decode("".join(forge.request_pem(forge.common_name("device-1")).splitlines()[1:-1]))


SOUND_DER = sound_der()


@cache
def authority() -> tuple[x509.Certificate, SigningKey]:
    key = generate_key(KeyAlgorithm.P256)
    return authority_certificate(key, subject_name({"common_name": "Fleet"}), timedelta(days=100)), key


def certify(request: DeviceRequest) -> x509.Certificate:
    return leaf_certificate(request, *authority(), timedelta(days=30))


def read(pem: str | bytes) -> DeviceRequest | None:
    """Give the request, or None when it was refused; anything else that is raised fails the test."""
    try:
        return read_request(pem)
    except RefusedRequest:
        return None


@settings(deadline=None)
@given(THING_NAME)
def test_every_thing_name_gets_a_certificate_that_pkilint_finds_no_error_in(thing_name: str) -> None:
    leaf = certify(read_request(forge.forged_pem(forge.rdn(_common_name(thing_name)))))

    assert leaf.subject.rfc4514_string() == f"CN={thing_name}"
    assert errors(leaf) == []


@pytest.mark.filterwarnings("ignore:Attribute's length")
@settings(deadline=None)
@given(st.text("abcXYZ059:_-", min_size=65, max_size=128))
def test_thing_names_longer_than_a_common_name_may_be_are_written_out_in_full(thing_name: str) -> None:
    leaf = certify(read_request(forge.forged_pem(forge.rdn(_common_name(thing_name)))))

    assert leaf.subject.rfc4514_string() == f"CN={thing_name}"
    assert errors(leaf) == ["itu.invalid_asn1_syntax"]  # ub-common-name, and nothing else


@settings(max_examples=300, deadline=None)
@given(DEVICE_NAME, RDNS)
def test_whatever_else_the_subject_holds_is_copied_cleanly_or_refused(
    device: bytes, rdns: list[bytes]
) -> None:
    request = read(forge.forged_pem(forge.rdn(device), *rdns))
    leaves = [certify(request)] if request else []

    assert [errors(leaf) for leaf in leaves] in ([], [[]])
    assert all(
        forge.tlv(forge.SEQUENCE, forge.rdn(device), *rdns) in leaf.tbs_certificate_bytes for leaf in leaves
    )


@settings(deadline=None)
@given(st.emails(domains=st.sampled_from(["example.com", "a.b-c.example.org"])))
def test_an_email_address_in_the_subject_is_copied_cleanly_or_refused(address: str) -> None:
    email = forge.attribute(forge.EMAIL_ADDRESS, forge.IA5, address.encode())
    request = read(forge.forged_pem(forge.rdn(_common_name("device-1")), forge.rdn(email)))

    assert [errors(certify(request)) for request in [request] if request] in ([], [[]])


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_a_damaged_request_is_refused_and_never_crashes(data: st.DataObject) -> None:
    der = bytearray(SOUND_DER)
    changes = data.draw(
        st.lists(
            st.tuples(st.integers(0, len(der) - 1), st.integers(1, 255)),
            min_size=1,
            max_size=4,
            unique_by=lambda change: change[0],
        )
    )
    for place, difference in changes:
        der[place] ^= difference

    assert read(forge.pem(bytes(der))) is None


@settings(deadline=None)
@given(st.one_of(st.text(), st.binary()))
def test_arbitrary_input_is_refused_and_never_crashes(junk: str | bytes) -> None:
    assert read(junk) is None


def test_a_signature_with_a_spare_bit_is_refused() -> None:
    even = next(der for der in iter(sound_der, None) if der[-1] % 2 == 0)  # so that the bit may be spare
    place = len(even) - len(x509.load_der_x509_csr(even).signature) - 1

    assert read(forge.pem(even)) is not None
    assert read(forge.pem(even[:place] + b"\x01" + even[place + 1 :])) is None


@settings(deadline=None)
@given(st.integers(0, len(SOUND_DER) - 1), st.binary(max_size=20))
def test_a_truncated_or_spliced_request_is_refused(place: int, splice: bytes) -> None:
    assert read(forge.pem(SOUND_DER[:place] + splice)) is None


def _common_name(thing_name: str) -> bytes:
    return forge.attribute(forge.COMMON_NAME, forge.UTF8, thing_name.encode())


def test_the_request_that_is_damaged_here_is_sound_itself() -> None:
    assert read(forge.pem(SOUND_DER)) is not None
    assert x509.load_der_x509_csr(SOUND_DER).public_bytes(serialization.Encoding.DER) == SOUND_DER
