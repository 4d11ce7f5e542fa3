"""Subjects in openssl's form, and the thing's name in them."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.jitr_device.command_line import command_line, masked
from device.jitr_device.errors import UsageError
from device.jitr_device.pkcs11 import pin_of, with_pin_source, without_pin
from device.jitr_device.subject import checked_thing_name, common_name, with_thing_name

ALLOWED = string.ascii_letters + string.digits + ":_-"
THING_NAMES = st.text(ALLOWED, min_size=1, max_size=64)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("/C=US/O=Zymbit/OU=Zymkey/", "/C=US/O=Zymbit/OU=Zymkey/CN=pump-7"),
        ("/CN=old/C=US", "/C=US/CN=pump-7"),
        ("/commonName=old/C=US/CN=older", "/C=US/CN=pump-7"),
        (r"/O=A\/CN=B/C=US", r"/O=A\/CN=B/C=US/CN=pump-7"),
        ("/OU=a+CN=old/C=US", "/OU=a/C=US/CN=pump-7"),
        ("/", "/CN=pump-7"),
    ],
)
def test_the_thing_name_becomes_the_only_common_name(subject: str, expected: str) -> None:
    assert with_thing_name(subject, "pump-7") == expected


@given(name=THING_NAMES, organisation=st.text(string.ascii_letters + r"\/+=", max_size=20))
def test_the_thing_name_is_always_found_again(name: str, organisation: str) -> None:
    escaped = organisation.replace("\\", r"\\").replace("/", r"\/").replace("+", r"\+")

    subject = with_thing_name(f"/O={escaped}/CN=old", name)

    assert common_name(subject) == name
    assert subject == f"/O={escaped}/CN={name}"


@given(name=THING_NAMES)
def test_a_thing_name_of_the_right_characters_is_taken(name: str) -> None:
    assert checked_thing_name(name) == name


@given(start=THING_NAMES, wrong=st.characters().filter(lambda one: one not in ALLOWED), end=THING_NAMES)
def test_one_wrong_character_anywhere_is_refused(start: str, wrong: str, end: str) -> None:
    with pytest.raises(UsageError, match="thing name"):
        checked_thing_name(f"{start[:20]}{wrong}{end[:20]}")


@given(name=st.text(ALLOWED, min_size=65, max_size=300))
def test_a_name_that_no_common_name_can_hold_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="thing name"):
        checked_thing_name(name)


@pytest.mark.parametrize(
    ("uri", "pin"),
    [
        ("pkcs11:token=a;object=b;pin-value=12%3B34", "12;34"),
        ("pkcs11:token=a;object=b?pin-value=1234", "1234"),
        ("pkcs11:pin-value=1234;token=a;object=b", "1234"),
        ("pkcs11:token=a;object=b", None),
    ],
)
def test_the_pin_is_found_wherever_the_uri_holds_it(uri: str, pin: str | None) -> None:
    assert pin_of(uri) == pin
    assert "1234" not in masked(uri)
    assert "pin" not in without_pin(uri)


def test_the_uri_points_at_the_pins_file_instead() -> None:
    assert with_pin_source("pkcs11:token=a", "pin") == "pkcs11:token=a?pin-source=pin"


def test_a_line_that_is_shown_survives_the_shell() -> None:
    words = ["openssl", "-subj", "/O=a b/CN=$HOME", 'say "hi"', "back`tick", "", "it's"]

    assert command_line(words) == """openssl -subj '/O=a b/CN=$HOME' "say \\"hi\\"" 'back`tick' "" "it's\""""
