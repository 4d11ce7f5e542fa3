"""`connect` tells each failure from the expected first drop, and from the others."""

from __future__ import annotations

import json
import signal
import ssl
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.device.authority import Authority, ServerIdentity, write_key
from tests.device.endpoints import (
    Behaviour,
    Listen,
    Seen,
    https_accept,
    https_answer,
    https_drop,
    https_forbid,
    https_silent,
    mqtt_accept,
    mqtt_drop,
    mqtt_refuse_connect,
    mqtt_refuse_publish,
    mqtt_silent,
)
from tests.device.held_key import SCRIPTS, SYSTEM_PYTHON, Device, Enrol
from tests.device.requirements import need

OVER_ALPN = ("https", "--alpn")  # by openssl, as on port 443
EACH = pytest.mark.parametrize(
    ("protocol", "accept"),
    [(("mqtt",), mqtt_accept), (("https",), https_accept), (OVER_ALPN, https_accept)],
    ids=["mqtt", "https", "https-alpn"],
)


@pytest.fixture
def enrolled(zymkey: Device, enrol: Enrol) -> Device:
    """A device with its certificate."""
    need("curl", "mosquitto-clients")
    enrol(zymkey)
    return zymkey


def outcomes(
    device: Device, *options: str, attempts: int = 3, **variables: str
) -> tuple[int, list[str], str]:
    """Connect with `--json`: the exit code, the outcome of every attempt, and the last word."""
    patience = ["--attempts", str(attempts), "--first-wait", "0.01"]
    done = device.connect(*patience, "--json", *options, **variables)
    told = json.loads(done.stdout)
    return done.returncode, [attempt["outcome"] for attempt in told["attempts"]], told["message"]


@dataclass(frozen=True)
class Case:
    """What an endpoint does, and what `connect` makes of it."""

    protocol: Sequence[str]
    behaviours: list[Behaviour]
    outcomes: list[str]
    message: str


@pytest.mark.parametrize(
    "case",
    [
        Case(("mqtt",), [mqtt_drop], ["dropped", "dropped", "dropped"], "was not activated"),
        Case(("https",), [https_drop], ["dropped", "dropped", "dropped"], "was not activated"),
        Case(
            ("mqtt",), [mqtt_drop, mqtt_refuse_publish], ["dropped", "publish_refused"], "policy does not let"
        ),
        Case(("https",), [https_drop, https_forbid], ["dropped", "publish_refused"], "policy does not let"),
        Case(("mqtt",), [mqtt_refuse_connect], ["connect_refused"], "client id"),
        Case(("https",), [https_answer("503 Slow", "{}")], ["busy", "busy", "busy"], "come back later"),
        Case(("https",), [https_answer("418 Teapot", "{}")], ["failed"], "does not know"),
        Case(OVER_ALPN, [https_drop], ["dropped", "dropped", "dropped"], "was not activated"),
        Case(OVER_ALPN, [https_drop, https_forbid], ["dropped", "publish_refused"], "policy does not let"),
        Case(OVER_ALPN, [https_answer("503 Slow", "{}")], ["busy", "busy", "busy"], "come back later"),
        Case(OVER_ALPN, [https_answer("418 Teapot", "{}")], ["failed"], "does not know"),
    ],
    ids=lambda case: "-".join((*case.protocol, case.outcomes[-1])),
)
def test_what_the_endpoint_does_is_told_apart(enrolled: Device, endpoint: Listen, case: Case) -> None:
    with endpoint(*case.behaviours) as listening:
        code, seen, said = outcomes(enrolled, *listening.options, "--protocol", *case.protocol)

    assert (code, seen) == (1, case.outcomes)
    assert case.message in said


@pytest.mark.parametrize(
    ("protocol", "silent"),
    [(("mqtt",), mqtt_silent), (("https",), https_silent), (OVER_ALPN, https_silent)],
    ids=["mqtt", "https", "https-alpn"],
)
def test_a_server_that_says_nothing_is_given_up_in_time(
    enrolled: Device, endpoint: Listen, protocol: Sequence[str], silent: Behaviour
) -> None:
    with endpoint(silent) as listening:
        at = [*listening.options, "--protocol", *protocol]
        code, seen, said = outcomes(enrolled, *at, "--timeout", "0.5", attempts=1)

    assert (code, seen) == (1, ["no_answer"])
    assert "--timeout" in said


@EACH
def test_a_server_of_another_ca_is_not_trusted(
    enrolled: Device, fleet: Authority, endpoint: Listen, protocol: Sequence[str], accept: Behaviour
) -> None:
    """The tutorial's mistake: the fleet's CA signs devices, not the server."""
    with endpoint(accept) as listening:
        at = [*listening.options, "--server-ca", str(fleet.file), "--protocol", *protocol]
        code, seen, said = outcomes(enrolled, *at)

    assert (code, seen) == (1, ["server_not_trusted"])
    assert "never by the fleet's own CA" in said
    assert listening.seen[0].body is None


@EACH
def test_what_this_system_trusts_beyond_that_does_not_count(
    enrolled: Device, fleet: Authority, endpoint: Listen, protocol: Sequence[str], accept: Behaviour
) -> None:
    with endpoint(accept) as listening:
        system = {"SSL_CERT_DIR": str(listening.server_ca.parent / "system")}
        hashed = enrolled.run("openssl", "x509", "-in", str(listening.server_ca), "-noout", "-hash").stdout
        Path(system["SSL_CERT_DIR"]).mkdir()
        Path(system["SSL_CERT_DIR"], f"{hashed.strip()}.0").symlink_to(listening.server_ca)
        at = [*listening.options, "--server-ca", str(fleet.file), "--protocol", *protocol]
        code, seen, _ = outcomes(enrolled, *at, **system)

    assert (code, seen) == (1, ["server_not_trusted"])


@EACH
def test_without_server_ca_only_amazon_is_trusted(
    enrolled: Device, endpoint: Listen, protocol: Sequence[str], accept: Behaviour
) -> None:
    with endpoint(accept) as listening:
        at = ["--endpoint", "localhost", "--port", str(listening.port), "--protocol", *protocol]
        code, seen, _ = outcomes(enrolled, *at)

    assert (code, seen) == (1, ["server_not_trusted"])


@EACH
def test_a_certificate_of_another_fleet_is_refused_by_the_server(
    enrolled: Device, server: ServerIdentity, endpoint: Listen, protocol: Sequence[str], accept: Behaviour
) -> None:
    with endpoint(accept, devices_of=server.ca) as listening:
        at = [*listening.options, "--protocol", *protocol]
        code, seen, said = outcomes(enrolled, *at)

    assert (code, seen) == (1, ["certificate_refused"])
    assert "refused this device's certificate" in said


@EACH
def test_a_missing_engine_is_named(
    enrolled: Device,
    endpoint: Listen,
    protocol: Sequence[str],
    accept: Behaviour,
    tmp_path: Path,
) -> None:
    with endpoint(accept) as listening:
        at = [*listening.options, "--protocol", *protocol]
        code, seen, said = outcomes(enrolled, *at, OPENSSL_ENGINES=str(tmp_path))

    assert (code, seen) == (1, ["engine_missing"])
    assert "libzymkeyssl" in said


@EACH
def test_a_key_that_is_not_the_certificates_is_named(
    enrolled: Device,
    endpoint: Listen,
    protocol: Sequence[str],
    accept: Behaviour,
    tmp_path: Path,
) -> None:
    other = write_key(tmp_path / "other.pem", ec.generate_private_key(ec.SECP256R1()))

    with endpoint(accept) as listening:
        at = [*listening.options, "--protocol", *protocol]
        code, seen, said = outcomes(enrolled, *at, ZYMKEY_TEST_KEY=str(other))

    assert (code, seen) == (1, ["key_unusable"])
    assert "another key than the certificate's" in said


@EACH
def test_a_port_where_nothing_listens_is_tried_again(
    enrolled: Device, endpoint: Listen, protocol: Sequence[str], accept: Behaviour
) -> None:
    with endpoint(accept) as closed_now:
        at, port = [*closed_now.options, "--protocol", *protocol], closed_now.port

    code, seen, said = outcomes(enrolled, *at, attempts=2)

    assert (code, seen) == (1, ["unreachable", "unreachable"])
    assert f"localhost:{port} does not take connections" in said


@EACH
def test_a_name_without_address_is_said_at_once(
    enrolled: Device, server: ServerIdentity, protocol: Sequence[str], accept: Behaviour
) -> None:
    at = ["--endpoint", "endpoint.invalid", "--server-ca", str(server.ca), "--protocol", *protocol]
    code, seen, said = outcomes(enrolled, *at)

    assert (code, seen) == (1, ["name_not_resolved"])
    assert "endpoint.invalid has no address" in said


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--endpoint", "https://localhost"], 2, "the host name alone"),
        (["--endpoint", "-v"], 2, "expected one argument"),
        (["--endpoint", "localhost", "--port", "0"], 2, "1 to 65535"),
        (["--endpoint", "localhost", "--port", "http"], 2, "invalid port value: 'http'"),
        (["--endpoint", "localhost", "--attempts", "0"], 2, "1 to 1000"),
        (["--endpoint", "localhost", "--timeout", "nan"], 2, "more than 0"),
        (["--endpoint", "localhost", "--topic", "pump-7/#"], 2, "without + and #"),
        (["--endpoint", "localhost", "--thing-name", "a b"], 2, "thing name 'a b'"),
        (["--endpoint", "localhost", "--server-ca", "nosuch.pem"], 2, "--server-ca"),
        (["--endpoint", "localhost", "--cert", "nosuch.crt"], 1, "cannot be read"),
        (["--endpoint", "localhost", "--cert", "zymkey.csr"], 1, "holds no certificate"),
        (["--endpoint", "localhost", "--cert", "damaged.crt"], 1, "damaged (openssl cannot read it)"),
        (["--endpoint", "localhost", "--software-key", "nosuch.key"], 1, "no such key file"),
        ([], 2, "--endpoint"),
    ],
)
def test_bad_input_is_refused_in_words(enrolled: Device, options: list[str], code: int, message: str) -> None:
    signed = (enrolled.folder / "zymkey.crt").read_text()
    (enrolled.folder / "damaged.crt").write_text(signed.replace("\nM", "\nA", 1))
    done = enrolled.connect(*options)

    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert "error:1" not in done.stderr


def test_a_missing_tool_is_named_with_its_package(
    enrolled: Device, server: ServerIdentity, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "openssl").symlink_to("/usr/bin/openssl")

    done = enrolled.connect(
        "--endpoint", "localhost", "--server-ca", str(server.ca), PATH=str(tmp_path / "bin")
    )

    assert done.returncode == 1
    assert "Debian package mosquitto-clients" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_however_it_is_stopped_nothing_stays_in_the_temporary_folder(
    enrolled: Device, endpoint: Listen, tmp_path: Path, number: signal.Signals
) -> None:
    (tmp_path / "scratch").mkdir()
    variables = {**enrolled.environment, "TMPDIR": str(tmp_path / "scratch")}
    arrived = threading.Event()

    def silent(connection: ssl.SSLSocket, seen: Seen) -> None:
        arrived.set()
        mqtt_silent(connection, seen)

    with endpoint(silent) as listening:
        command = [SYSTEM_PYTHON, str(SCRIPTS / "connect"), *listening.options]
        with subprocess.Popen(command, cwd=enrolled.folder, env=variables) as connecting:
            assert arrived.wait(30)
            connecting.send_signal(number)

    assert connecting.returncode == 130
    assert list((tmp_path / "scratch").iterdir()) == []
