"""Which subjects a request may have."""

import warnings

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from pki.request import RefusedRequest, read_request
from tests.unit.pki import forging as forge


def reason(pem: str | bytes) -> str:
    with pytest.raises(RefusedRequest) as refusal:
        read_request(pem)
    assert str(refusal.value)
    return refusal.value.reason


def test_a_thing_name_of_128_characters_is_accepted_without_a_warning() -> None:
    thing_name = "a:_-Z9" * 21 + "ab"

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        request = read_request(forge.forged_pem(_cn(forge.UTF8, thing_name.encode())))

    assert len(thing_name) == 128
    assert request.common_name == thing_name


@pytest.mark.parametrize(
    "subject",
    [
        forge.name((NameOID.ORGANIZATION_NAME, "no common name")),
        forge.name(),
        forge.name((NameOID.COMMON_NAME, "one"), (NameOID.COMMON_NAME, "two")),
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore:Attribute's length")
def test_the_subject_needs_exactly_one_common_name(subject: x509.Name) -> None:
    assert reason(forge.request_pem(subject)) == "bad_thing_name"


def test_a_common_name_need_not_be_a_thing_s_name_which_comes_from_the_template() -> None:
    assert read_request(forge.request_pem(forge.common_name("Gerät 1"))).common_name == "Gerät 1"


def _cn(string_type: int, value: bytes) -> bytes:
    return forge.rdn(forge.attribute(forge.COMMON_NAME, string_type, value))


@pytest.mark.parametrize(
    "common_name",
    [
        _cn(forge.UTF8, b"device\n"),
        _cn(forge.UTF8, b"a\0b"),
        _cn(forge.UTF8, b""),
        _cn(forge.UTF8, b"x" * 129),
        _cn(forge.UTF8, b"\xff\xfe"),
        _cn(forge.BMP, "device".encode("utf-16-be")),
        _cn(forge.T61, b"device"),
        _cn(forge.UNIVERSAL, "device".encode("utf-32-be")),
        _cn(forge.IA5, b"device"),
        _cn(forge.OCTETS, b"octets"),
        _cn(forge.SEQUENCE, b""),
    ],
)
def test_common_names_that_readers_could_read_differently_are_refused(common_name: bytes) -> None:
    assert reason(forge.forged_pem(common_name)) == "bad_subject"


@pytest.mark.parametrize(
    "attributes",
    [
        [],
        [forge.attribute(forge.ORGANIZATION, forge.UTF8, b"o" * 65)],
        [forge.attribute(forge.ORGANIZATION, forge.UTF8, b"line\nbreak")],
        [forge.attribute(forge.ORGANIZATION, forge.UTF8, name.encode()) for name in ("one", "two")],
        [forge.attribute(forge.COUNTRY, forge.PRINTABLE, b"de")],
        [forge.attribute(forge.COUNTRY, forge.UTF8, b"DE")],
        [forge.attribute(forge.UNIQUE_IDENTIFIER, forge.BIT_STRING, b"\0id")],
        [forge.attribute(forge.EMAIL_ADDRESS, forge.IA5, b"nobody")],
    ],
)
def test_other_attributes_outside_rfc_5280_are_refused(attributes: list[bytes]) -> None:
    assert reason(forge.forged_pem(_cn(forge.UTF8, b"device"), forge.rdn(*attributes))) == "bad_subject"


def test_characters_outside_their_string_type_are_refused() -> None:
    assert reason(forge.forged_pem(_cn(forge.PRINTABLE, b"under_score"))) == "malformed"


def test_two_common_names_of_different_string_types_are_refused() -> None:
    both = [_cn(forge.UTF8, b"one"), _cn(forge.PRINTABLE, b"two")]

    assert reason(forge.forged_pem(*both)) == "bad_thing_name"


def test_a_common_name_beside_another_attribute_in_one_rdn_is_accepted() -> None:
    both = forge.rdn(
        forge.attribute(forge.COMMON_NAME, forge.UTF8, b"device-1"),
        forge.attribute(forge.ORGANIZATION, forge.PRINTABLE, b"Example"),
    )

    request = read_request(forge.forged_pem(both))

    assert request.common_name == "device-1"
    assert len(request.subject.rdns) == 1
