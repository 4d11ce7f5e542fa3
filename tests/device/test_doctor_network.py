"""`doctor` on the way to the endpoint: name, clock, trust, ports."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from device.jitr_device.doctor.network import OLD_ENDPOINT
from tests.device.authority import Authority, ServerIdentity
from tests.device.dated_server import dated_server
from tests.device.endpoints import Endpoint, Listen, https_drop, mqtt_drop
from tests.device.examination import examined
from tests.device.held_key import Device
from tests.device.requirements import need


@dataclass(frozen=True)
class Site:
    """An endpoint on every port, and whom it is signed by."""

    mqtt: Endpoint
    https: Endpoint
    alpn_port: int
    server_ca: Path

    @property
    def options(self) -> tuple[str, ...]:
        ports = ("--mqtt-port", str(self.mqtt.port), "--https-port", str(self.https.port))
        return (
            "--endpoint",
            "localhost",
            "--server-ca",
            str(self.server_ca),
            *ports,
            *self.alpn(self.alpn_port),
        )

    @staticmethod
    def alpn(port: int) -> tuple[str, ...]:
        return ("--alpn-port", str(port))


@pytest.fixture
def site(endpoint: Listen, server: ServerIdentity) -> Iterator[Site]:
    need("openssl")
    with ExitStack() as listening:
        mqtt, https = (listening.enter_context(endpoint(behaviour)) for behaviour in (mqtt_drop, https_drop))
        yield Site(mqtt, https, listening.enter_context(dated_server(server)), server.ca)


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        return int(closed_soon.getsockname()[1])


def test_an_endpoint_that_is_there_is_found_on_every_port(zymkey: Device, site: Site) -> None:
    seen = examined(zymkey, *site.options)

    assert seen.code == 0
    for check in ("name", "clock", "server's CA", "MQTT", "HTTPS", "ALPN"):
        assert seen.verdicts[check] == "ok", seen.words[check]
    assert f"{site.mqtt.port}: TLSv1.3, trusted" in seen.words["MQTT"]


def test_the_endpoint_does_not_get_to_see_the_devices_certificate(zymkey: Device, site: Site) -> None:
    """So nothing is registered by looking."""
    examined(zymkey, *site.options)

    assert {seen.certificate for seen in [*site.mqtt.seen, *site.https.seen]} == {None}


@pytest.mark.parametrize(
    ("ahead", "told"),
    [
        (timedelta(minutes=10), ("warning", "10 minutes behind the server's")),
        (timedelta(days=-3), ("failed", "72 hours ahead of the server's")),
    ],
)
def test_the_clock_is_compared_with_the_servers_date(
    zymkey: Device, site: Site, server: ServerIdentity, ahead: timedelta, told: tuple[str, str]
) -> None:
    with dated_server(server, ahead=ahead) as port:
        seen = examined(zymkey, *site.options, *site.alpn(port))

    assert seen.verdicts["clock"] == told[0]
    assert told[1] in seen.words["clock"]
    assert "timedatectl" in seen.words["clock"]


def test_without_a_date_the_clock_is_not_checked(zymkey: Device, site: Site) -> None:
    """Both ports want the device's certificate before they answer."""
    seen = examined(zymkey, *site.options, *site.alpn(site.https.port))

    assert seen.verdicts["clock"] == "not_checked"
    assert "told no date" in seen.words["clock"]


def test_a_server_of_another_ca_is_not_trusted(zymkey: Device, site: Site, fleet: Authority) -> None:
    """The tutorial's mistake: the fleet's CA signs devices, not the server."""
    seen = examined(zymkey, *site.options, "--server-ca", str(fleet.file))

    assert seen.code == 1
    assert {seen.verdicts[check] for check in ("MQTT", "HTTPS", "ALPN")} == {"failed"}
    assert "never by the fleet's CA" in seen.words["MQTT"]


def test_without_server_ca_only_amazon_is_trusted(zymkey: Device, site: Site) -> None:
    without = [option for option in site.options if option not in ("--server-ca", str(site.server_ca))]

    seen = examined(zymkey, *without)

    assert "Amazon Root CA 1 and 3" in seen.words["server's CA"]
    assert seen.verdicts["MQTT"] == "failed"


def test_a_server_of_another_name_is_not_trusted(zymkey: Device, site: Site) -> None:
    seen = examined(zymkey, *site.options, "--endpoint", "127.0.0.1")

    assert seen.verdicts["MQTT"] == "failed"
    assert "the endpoint's name is another than the server's" in seen.words["MQTT"]


def test_one_closed_port_is_a_warning_and_none_open_a_failure(
    zymkey: Device, site: Site, closed_port: int
) -> None:
    closed = str(closed_port)

    one = examined(zymkey, *site.options, "--https-port", closed)
    none = examined(
        zymkey, *site.options, "--https-port", closed, "--mqtt-port", closed, "--alpn-port", closed
    )

    assert (one.code, one.verdicts["HTTPS"]) == (0, "warning")
    assert f"{closed}: Connection refused: no HTTPS there" in one.words["HTTPS"]
    assert (none.code, none.verdicts["MQTT"]) == (1, "failed")
    assert "no port works" in none.words["MQTT"]


def test_with_tls_1_2_the_server_objects_in_the_handshake_and_is_trusted_all_the_same(
    zymkey: Device, site: Site, server: ServerIdentity, fleet: Authority
) -> None:
    identity = (server.certificate, server.key, server.ca, fleet.file)
    with Endpoint(*identity, [https_drop], newest=ssl.TLSVersion.TLSv1_2) as old:
        seen = examined(zymkey, *site.options, "--https-port", str(old.port))

    assert seen.verdicts["HTTPS"] == "ok"
    assert "wants the device's certificate" in seen.words["HTTPS"]


@pytest.mark.parametrize("alert", [b"\x28", b"\x46"], ids=["handshake_failure", "protocol_version"])
def test_an_alert_before_any_certificate_is_no_reason_to_trust(
    zymkey: Device, site: Site, alert: bytes
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def object_at_once() -> None:
            with contextlib.suppress(OSError):  # the test has ended
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.recv(4096)
                        connection.sendall(b"\x15\x03\x03\x00\x02\x02" + alert)

        threading.Thread(target=object_at_once, daemon=True).start()
        seen = examined(zymkey, *site.options, "--https-port", str(server.getsockname()[1]))

    assert seen.verdicts["HTTPS"] != "ok"


def test_what_speaks_no_tls_is_told(zymkey: Device, site: Site) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as plain:
        threading.Thread(target=plain.serve_forever, daemon=True).start()
        seen = examined(zymkey, *site.options, "--https-port", str(plain.server_address[1]))
        plain.shutdown()

    assert seen.verdicts["HTTPS"] == "warning"
    assert "no HTTPS there" in seen.words["HTTPS"]


def test_a_port_without_alpn_is_remarked_upon(zymkey: Device, site: Site, server: ServerIdentity) -> None:
    with dated_server(server, alpn=False) as port:
        seen = examined(zymkey, *site.options, *site.alpn(port))

    assert seen.verdicts["ALPN"] == "warning"
    assert "is a proxy in between" in seen.words["ALPN"]


def test_a_name_without_address_ends_the_way(zymkey: Device) -> None:
    seen = examined(zymkey, "--endpoint", "endpoint.invalid")

    assert (seen.code, seen.verdicts["name"]) == (1, "failed")
    for later in ("clock", "MQTT", "HTTPS", "ALPN"):
        assert "because 'name' failed" in seen.words[later]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--endpoint", "https://localhost"], "the host name alone"),
        (["--mqtt-port", "0"], "1 to 65535"),
        (["--key", "tpm:"], "names no key"),
        (["--key", "zymkey:one"], "a slot is a number"),
        (["--key", "file:"], "names no file"),
    ],
)
def test_wrong_usage_is_refused_in_words(zymkey: Device, options: list[str], words: str) -> None:
    done = zymkey.doctor(*options)

    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_an_endpoint_of_the_old_type_is_known() -> None:
    assert OLD_ENDPOINT.fullmatch("abc123.iot.eu-west-1.amazonaws.com")
    assert not OLD_ENDPOINT.fullmatch("abc123-ats.iot.eu-west-1.amazonaws.com")
    assert not OLD_ENDPOINT.fullmatch("iot.example.com")
