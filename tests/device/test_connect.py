"""`connect` with every key holder and both protocols, up to an accepted publish."""

from __future__ import annotations

import hashlib
import json
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives import serialization

from tests.device.authority import Authority
from tests.device.endpoints import Behaviour, Listen, https_accept, https_drop, mqtt_accept, mqtt_drop
from tests.device.held_key import THING, Device, Enrol
from tests.device.requirements import need


class Talk(NamedTuple):
    """A protocol, and how its endpoint drops and accepts."""

    options: tuple[str, ...]
    drop: Behaviour
    accept: Behaviour
    announced: str | None = None


MQTT = Talk(("--protocol", "mqtt"), mqtt_drop, mqtt_accept)
HTTPS = Talk(("--protocol", "https"), https_drop, https_accept)
# What port 443 wants; `--alpn` asks for the same on any other.
MQTT_443 = Talk((*MQTT.options, "--alpn"), mqtt_drop, mqtt_accept, "x-amzn-mqtt-ca")
HTTPS_443 = Talk((*HTTPS.options, "--alpn"), https_drop, https_accept, "x-amzn-http-ca")
EACH = pytest.mark.parametrize(
    "talk", [MQTT, HTTPS, MQTT_443, HTTPS_443], ids=["mqtt", "https", "mqtt-alpn", "https-alpn"]
)


@pytest.fixture(autouse=True)
def _tools() -> None:
    need("curl", "mosquitto-clients")


@EACH
def test_the_first_drop_is_expected_and_the_second_connection_publishes(
    device: Device,
    enrol: Enrol,
    endpoint: Listen,
    talk: Talk,
) -> None:
    certificate = enrol(device)

    with endpoint(talk.drop, talk.accept) as listening:
        done = device.connect(
            *listening.options,
            *[*talk.options, "--first-wait", "0.01", *device.key_options],
        )

    assert done.returncode == 0, done.stderr
    first, second, last = done.stdout.splitlines()
    assert first.startswith("attempt 1: dropped: no answer, closed: expected the first time")
    assert second.startswith("attempt 2: accepted")
    assert last == "connect: accepted on topic pump-7/hello"
    shown = [seen.certificate for seen in listening.seen]
    assert shown == [certificate.public_bytes(serialization.Encoding.DER)] * 2
    assert listening.seen[1].body == b'{ "hello": "world"}'
    assert listening.seen[1].server_name == "localhost"
    assert listening.seen[1].announced == talk.announced


def test_over_mqtt_the_client_id_is_the_thing_and_the_message_is_acknowledged(
    zymkey: Device, enrol: Enrol, endpoint: Listen
) -> None:
    enrol(zymkey)

    with endpoint(mqtt_accept) as listening:
        zymkey.connect(
            *listening.options,
            *["--topic", "pump-7/état", "--message", "22 °C"],
        )

    seen = listening.seen[0]
    assert seen.client_id == THING
    assert (seen.topic, seen.body) == ("pump-7/état", "22 °C".encode())
    assert seen.acknowledged


@pytest.mark.parametrize("talk", [HTTPS, HTTPS_443], ids=["https", "https-alpn"])
def test_over_https_the_topic_is_escaped_and_a_message_beginning_with_at_is_no_file_name(
    zymkey: Device, enrol: Enrol, endpoint: Listen, talk: Talk
) -> None:
    enrol(zymkey)

    with endpoint(https_accept) as listening:
        zymkey.connect(
            *listening.options,
            *[*talk.options, "--topic", "pump-7/a b?", "--message", "@/etc/hostname"],
        )

    assert listening.seen[0].path == "/topics/pump-7/a%20b%3F?qos=1"
    assert listening.seen[0].body == b"@/etc/hostname"


@EACH
def test_json_tells_every_attempt(
    zymkey: Device,
    enrol: Enrol,
    endpoint: Listen,
    talk: Talk,
) -> None:
    certificate = enrol(zymkey)

    with endpoint(talk.drop, talk.accept) as listening:
        done = zymkey.connect(
            *listening.options,
            *[*talk.options, "--first-wait", "0.01", "--json"],
        )

    told = json.loads(done.stdout)
    assert told["outcome"] == "accepted"
    assert [attempt["outcome"] for attempt in told["attempts"]] == ["dropped", "accepted"]
    assert told["attempts"][0]["began_ms"] == 0
    assert told["thing_name"] == THING
    assert told["key_holder"] == "engine zymkey_ssl"
    der = certificate.public_bytes(serialization.Encoding.DER)
    assert told["certificate_id"] == hashlib.sha256(der).hexdigest()


def test_no_placeholder_is_left_in_the_devices_folder(zymkey: Device, enrol: Enrol, endpoint: Listen) -> None:
    """mosquitto_pub wants a file named nonzymkey.key; it gets one elsewhere."""
    enrol(zymkey)
    before = sorted(zymkey.folder.iterdir())

    with endpoint(mqtt_accept) as listening:
        zymkey.connect(*listening.options).check_returncode()

    assert sorted(zymkey.folder.iterdir()) == before


def test_show_prints_the_tutorials_line_with_amazons_roots(zymkey: Device, enrol: Enrol) -> None:
    enrol(zymkey)

    shown = zymkey.connect(
        *["--endpoint", "abc-ats.iot.eu-west-1.amazonaws.com", "--protocol", "https"],
        *["--topic", "hello/world", "--show"],
    )

    assert shown.stdout.splitlines()[-1] == (
        "curl --tlsv1.2 --capath /dev/null --cacert amazon-roots.pem --cert zymkey.crt --key nonzymkey.key"
        r' --engine zymkey_ssl --key-type ENG -v -X POST -d "{ \"hello\": \"world\"}"'
        ' "https://abc-ats.iot.eu-west-1.amazonaws.com:8443/topics/hello/world?qos=1"'
    )


def test_show_prints_the_line_for_mqtt(zymkey: Device, enrol: Enrol) -> None:
    enrol(zymkey)

    shown = zymkey.connect("--endpoint", "broker", "--server-ca", "zymkey.crt", "--show")

    assert shown.stdout == (
        "mosquitto_pub -d -h broker -p 8883 --cafile zymkey.crt --cert zymkey.crt --key nonzymkey.key"
        " --keyform engine --tls-engine zymkey_ssl -i pump-7 -q 1 -t pump-7/hello"
        r' -m "{ \"hello\": \"world\"}"' + "\n"
    )


@pytest.mark.parametrize(
    ("protocol", "announcing"),
    [("mqtt", "--tls-alpn x-amzn-mqtt-ca"), ("https", "openssl s_client -quiet -connect broker:443")],
)
def test_port_443_is_spoken_to_by_alpn(zymkey: Device, enrol: Enrol, protocol: str, announcing: str) -> None:
    enrol(zymkey)
    at = ["--endpoint", "broker", "--server-ca", "zymkey.crt", "--protocol", protocol, "--port", "443"]

    usual = zymkey.connect(*at, "--show")
    custom_domain = zymkey.connect(*at, "--no-alpn", "--show")

    assert announcing in usual.stdout
    assert "alpn" not in custom_domain.stdout


def test_the_line_that_is_shown_for_https_by_alpn_works_in_a_shell(
    zymkey: Device, enrol: Enrol, endpoint: Listen
) -> None:
    enrol(zymkey)

    with endpoint(https_accept) as listening:
        message = ["--topic", "pump-7/50%", "--message", r"100% of \n"]
        shown = zymkey.connect(*listening.options, *HTTPS_443.options, *message, "--show")
        done = zymkey.shell(shown.stdout)

    assert '"message":"OK"' in done.stdout, done.stderr
    assert listening.seen[0].path == "/topics/pump-7/50%25?qos=1"
    assert listening.seen[0].body == rb"100% of \n"


def test_a_certificate_that_names_no_thing_connects_under_a_name_that_is_said(
    zymkey: Device, fleet: Authority, endpoint: Listen
) -> None:
    """The tutorial's own subject has no common name."""
    zymkey.make_csr()
    fleet.sign(zymkey.folder / "zymkey.csr", zymkey.folder / "zymkey.crt")

    with endpoint(mqtt_accept) as listening:
        unnamed = zymkey.connect(*listening.options)
        named = zymkey.connect(*listening.options, "--thing-name", "pump-9")

    assert (unnamed.returncode, named.returncode) == (2, 0)
    assert "say which with --thing-name" in unnamed.stderr
    assert [seen.client_id for seen in listening.seen] == ["pump-9"]
