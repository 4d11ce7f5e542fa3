"""Reading what curl and mosquitto_pub said, and how long to wait."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.jitr_device.advice import MEANINGS
from device.jitr_device.connecting import LONGEST_WAIT, Patience, waits
from device.jitr_device.outcome import Outcome, of_curl, of_mosquitto, of_openssl
from device.jitr_device.tool import Finished

SENT = "Client a sending CONNECT\n"
CONNECTED = (
    SENT + "Client a received CONNACK (0)\nClient a sending PUBLISH (d0, q1, r0, m1, 'a/b', ... (2 bytes))\n"
)
LOST = "Error: The connection was lost."


@pytest.mark.parametrize(
    ("code", "output", "errors", "outcome"),
    [
        (0, CONNECTED + "Client a received PUBACK (Mid: 1, RC:0)", "", Outcome.ACCEPTED),
        (0, CONNECTED, "", Outcome.FAILED),  # no acknowledgement, no success
        (7, SENT, LOST, Outcome.DROPPED),
        (7, CONNECTED, LOST, Outcome.PUBLISH_REFUSED),
        (7, SENT + "OpenSSL Error[0]: tlsv1 alert unknown ca", LOST, Outcome.CERTIFICATE_REFUSED),
        (
            5,
            SENT + "Client a received CONNACK (5)",
            "Error: The connection was refused.",
            Outcome.CONNECT_REFUSED,
        ),
        (1, "", "Error: Network is unreachable", Outcome.UNREACHABLE),
        (-11, "", "", Outcome.FAILED),
        (None, "", "", Outcome.NO_ANSWER),
    ],
)
def test_mosquitto_pub_is_understood(code: int | None, output: str, errors: str, outcome: Outcome) -> None:
    assert of_mosquitto(Finished(code, output, errors)).outcome is outcome


@pytest.mark.parametrize(
    ("code", "output", "errors", "outcome"),
    [
        (0, '{"message":"OK"}\n200', "", Outcome.ACCEPTED),
        (0, '{"message":"Forbidden"}\n403', "", Outcome.PUBLISH_REFUSED),
        (0, "\n429", "", Outcome.BUSY),
        (0, "\n404", "", Outcome.FAILED),
        (0, "", "", Outcome.FAILED),
        (52, "\n000", "curl: (52) Empty reply from server", Outcome.DROPPED),
        (56, "\n000", "curl: (56) Recv failure: Connection reset by peer", Outcome.RESET),
        (56, "\n000", "curl: (56) SSL routines::tlsv1 alert unknown ca", Outcome.CERTIFICATE_REFUSED),
        (35, "\n000", "curl: (35) sslv3 alert bad certificate", Outcome.CERTIFICATE_REFUSED),
        (35, "\n000", "curl: (35) wrong version number", Outcome.FAILED),
        (3, "", "curl: (3) URL malformed", Outcome.FAILED),
        (None, "", "", Outcome.NO_ANSWER),
    ],
)
def test_curl_is_understood(code: int | None, output: str, errors: str, outcome: Outcome) -> None:
    assert of_curl(Finished(code, output, errors)).outcome is outcome


VERIFIED = "depth=1 CN = ca\nverify return:1\n"


@pytest.mark.parametrize(
    ("code", "output", "errors", "outcome"),
    [
        (0, 'HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{"message":"OK"}', VERIFIED, Outcome.ACCEPTED),
        (0, "HTTP/1.1 403 Forbidden\r\n\r\n", VERIFIED, Outcome.PUBLISH_REFUSED),
        (1, "HTTP/1.1 429 Slow\r\n\r\n", VERIFIED + "write:errno=104", Outcome.BUSY),
        (0, "HTTP/1.1 20", VERIFIED, Outcome.FAILED),  # broken off in its first line
        (0, "", VERIFIED, Outcome.DROPPED),
        (0, "<html>", VERIFIED, Outcome.FAILED),
        (1, "", "connect:errno=111\nBIO_connect:Connection refused", Outcome.UNREACHABLE),
        (1, "", VERIFIED + "ssl3_read_bytes:tlsv1 alert unknown ca", Outcome.CERTIFICATE_REFUSED),
        (1, "", "verify error:num=20:unable to get local issuer certificate", Outcome.SERVER_NOT_TRUSTED),
        (1, "", 'Invalid engine "zymkey_ssl"', Outcome.ENGINE_MISSING),
        (1, "", 'invalid engine "zymkey_ssl"', Outcome.ENGINE_MISSING),  # as OpenSSL 1.1.1 has it
        (-11, "", "The private key was not found at: pkcs11:token=a", Outcome.KEY_UNUSABLE),
        (None, "", "", Outcome.NO_ANSWER),
    ],
)
def test_openssl_is_understood(code: int | None, output: str, errors: str, outcome: Outcome) -> None:
    assert of_openssl(Finished(code, output, errors)).outcome is outcome


def test_a_pin_that_a_tool_repeats_is_masked() -> None:
    ended = Finished(58, "", "curl: error: not found at: pkcs11:token=a;pin-value=1234;object=b")

    assert "1234" not in of_curl(ended).detail


def test_every_outcome_has_its_advice() -> None:
    assert set(MEANINGS) == set(Outcome)


@given(attempts=st.integers(1, 40), first=st.floats(0.01, 60), seed=st.integers())
def test_waits_grow_to_a_bound_and_never_vanish(attempts: int, first: float, seed: int) -> None:
    pauses = list(waits(Patience(attempts=attempts, first_wait=first), random.Random(seed)))  # noqa: S311  # no secret: repeatable

    assert len(pauses) == attempts - 1
    longest = [min(LONGEST_WAIT, first * 2**number) for number in range(attempts - 1)]
    assert all(limit / 2 <= pause <= limit for pause, limit in zip(pauses, longest, strict=True))
