"""HTTPS publish on the local AWS: as AWS IoT does it on ports 8443 and 443, by real curl and TLS."""

import contextlib
import json
import socket
import ssl
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import RemoteDisconnected
from pathlib import Path

import pytest
from awscrt import mqtt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fleet import Fleet, Identity, awaited
from https_client import EMPTY_REPLY, connection, curl, publish, tls

from benchmarks.fleet import packets
from tests.device.authority import Authority, common_name

LARGEST = 128 * 1024
MANY = 60
BY_IOT = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "iot.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
SEND = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}],
    }
)


@pytest.fixture(scope="module")
def device(fleets: dict[str, Fleet]) -> Identity:
    """A device that has come in, over MQTT."""
    return fleets["local"].registered("https-device")


@pytest.fixture
def newcomer(local: Fleet, request: pytest.FixtureRequest) -> Identity:
    """A device with a certificate that AWS never saw."""
    return local.device(f"newcomer-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def heard(device: Identity) -> Iterator[list[tuple[str, bytes]]]:
    """What the device hears over MQTT on its own topics: topic and payload."""
    heard: list[tuple[str, bytes]] = []
    name, endpoint = device.device.thing_name, device.device.endpoint
    listening = mqtt.Connection(device.device.client, endpoint.host, endpoint.mqtt_port, name)
    listening.connect().result(30)
    subscribed, _ = listening.subscribe(
        f"{name}/#", mqtt.QoS.AT_LEAST_ONCE, lambda topic, payload, **_: heard.append((topic, payload))
    )
    subscribed.result(30)
    yield heard
    listening.disconnect().result(30)


def test_the_first_request_is_dropped_and_registers_the_device(local: Fleet, newcomer: Identity) -> None:
    first = publish(newcomer, f"{newcomer.device.thing_name}/hello")
    local.await_status(newcomer, "ACTIVE")
    second = publish(newcomer, f"{newcomer.device.thing_name}/hello")

    assert first.exit_code == EMPTY_REPLY
    assert (second.status, second.message) == (200, "OK")


def test_a_handshake_alone_registers_nothing(local: Fleet, newcomer: Identity) -> None:
    with (
        socket.create_connection(("localhost", local.aws.https_port)) as raw,
        tls(newcomer).wrap_socket(raw, server_hostname="localhost") as secured,
    ):
        secured.unwrap()  # returns when the server has ended the connection, too

    assert local.status(newcomer) is None


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_both_versions_of_tls_are_spoken(device: Identity, version: str) -> None:
    reply = publish(device, f"{device.device.thing_name}/hello", f"--tlsv{version}", "--tls-max", version)

    assert reply.status == 200


@pytest.mark.parametrize("qos", [0, 1])
def test_a_message_reaches_who_subscribed(device: Identity, heard: list[tuple[str, bytes]], qos: int) -> None:
    topic = f"{device.device.thing_name}/a b/ü"
    reply = curl(
        device, f"/topics/{device.device.thing_name}/a%20b%2F%C3%BC?qos={qos}", payload='{ "hello": "world"}'
    )

    assert reply.status == 200
    assert awaited(lambda: heard) == [(topic, b'{ "hello": "world"}')]


def test_a_message_meets_topic_rules_with_the_certificate_as_its_principal(
    local: Fleet, device: Identity
) -> None:
    queue = local.client("sqs").create_queue(QueueName="published")["QueueUrl"]
    role = local.client("iam").create_role(RoleName="published", AssumeRolePolicyDocument=BY_IOT)["Role"][
        "Arn"
    ]
    local.client("iam").put_role_policy(RoleName="published", PolicyName="send", PolicyDocument=SEND)
    sql = "SELECT *, principal() AS principal FROM 'https-device/ruled'"
    action = {"sqs": {"queueUrl": queue, "roleArn": role, "useBase64": False}}
    local.client("iot").create_topic_rule(
        ruleName="published",
        topicRulePayload={"sql": sql, "actions": [action], "awsIotSqlVersion": "2016-03-23"},
    )

    reply = publish(device, "https-device/ruled", payload='{"n": 7}')
    (message,) = awaited(lambda: local.client("sqs").receive_message(QueueUrl=queue).get("Messages"))

    assert reply.status == 200
    assert json.loads(message["Body"]) == {"n": 7, "principal": device.id}


def test_the_answers_are_those_of_aws(device: Identity) -> None:
    accepted = publish(device, f"{device.device.thing_name}/hello")
    refused = publish(device, "another/hello")

    assert (accepted.status, set(accepted.body)) == (200, {"message", "traceId"})
    assert (refused.status, refused.message) == (403, "Forbidden")
    assert uuid.UUID(accepted.body["traceId"]) != uuid.UUID(refused.body["traceId"])
    assert refused.headers["content-type"] == "application/json"
    assert refused.headers["x-amzn-ErrorType"] == "ForbiddenException:"
    assert refused.headers["x-amzn-RequestId"] == refused.body["traceId"]


def test_without_a_policy_nothing_may_be_published(local: Fleet) -> None:
    bare = local.registered("https-bare")
    iot, arn = local.client("iot"), _arn(local, bare)
    for policy in iot.list_attached_policies(target=arn)["policies"]:
        iot.detach_policy(policyName=policy["policyName"], target=arn)

    assert publish(bare, "https-bare/hello").status == 403


def test_variables_of_the_connection_have_no_value(local: Fleet) -> None:
    device = local.registered("https-variables")
    _allow(local, device, "things/${iot:Connection.Thing.ThingName}", "clients/${iot:ClientId}")
    _allow(local, device, "names/${iot:Certificate.Subject.CommonName}")

    by_name = publish(device, "names/https-variables")
    by_thing = publish(device, "things/https-variables")
    by_the_variable_itself = publish(device, "things/${iot:Connection.Thing.ThingName}")
    by_no_client = publish(device, "clients/")

    statuses = [reply.status for reply in (by_name, by_thing, by_the_variable_itself, by_no_client)]
    assert statuses == [200, 403, 403, 403]


def test_a_retained_message_needs_its_own_permission(local: Fleet) -> None:
    device = local.registered("https-retained")
    target = "/topics/kept/last?qos=1&retain=true"
    _allow(local, device, "kept/last")
    refused = curl(device, target, payload="1")
    _allow(local, device, "kept/last", action="iot:RetainPublish")
    accepted = curl(device, target, payload="2")

    assert (refused.status, accepted.status) == (403, 200)
    kept = local.client("iot-data").get_retained_message(topic="kept/last")
    assert kept["payload"] == b"2"


@pytest.mark.parametrize("status", ["INACTIVE", "REVOKED"])
def test_a_certificate_that_is_switched_off_is_dropped(local: Fleet, status: str) -> None:
    device = local.registered(f"https-{status.lower()}")
    kept = connection(device, local.aws.https_port)
    kept.request("POST", f"/topics/{device.device.thing_name}/hello", "{}")
    before = kept.getresponse()
    before.read()
    local.client("iot").update_certificate(certificateId=device.id, newStatus=status)

    kept.request("POST", f"/topics/{device.device.thing_name}/hello", "{}")
    with pytest.raises(RemoteDisconnected):
        kept.getresponse()
    assert before.status == 200
    assert publish(device, f"{device.device.thing_name}/hello").exit_code == EMPTY_REPLY
    assert local.status(device) == status


def test_a_certificate_of_an_unknown_authority_is_dropped(local: Fleet, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    foreign = Authority.make(tmp_path, "foreign").certificate(common_name("stranger"), key.public_key())
    stranger = local.identity("stranger", key, foreign)

    assert publish(stranger, "stranger/hello").status == 0
    assert local.status(stranger) is None


def test_a_certificate_out_of_its_validity_is_dropped(local: Fleet) -> None:
    key, past = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC) - timedelta(days=2)
    expired = (
        x509.CertificateBuilder(common_name("past"), common_name("past"), key.public_key(), 1)
        .not_valid_before(past)
        .not_valid_after(past + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = expired.public_bytes(serialization.Encoding.PEM).decode()
    local.client("iot").register_certificate_without_ca(certificatePem=pem, status="ACTIVE")

    assert publish(local.identity("past", key, expired), "past/hello").status == 0


def test_no_certificate_is_no_device(local: Fleet) -> None:
    context = ssl.create_default_context(cafile=local.aws.iot_ca)
    with (
        socket.create_connection(("localhost", local.aws.https_port)) as raw,
        context.wrap_socket(raw, server_hostname="localhost") as anonymous,
    ):
        anonymous.sendall(b"POST /topics/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        assert anonymous.recv(1) == b""


def test_the_servers_certificate_is_the_brokers(local: Fleet) -> None:
    shown = [ssl.get_server_certificate(("localhost", port)) for port in _device_ports(local)]

    assert len(set(shown)) == 1


@pytest.mark.parametrize(
    ("target", "options", "status", "message"),
    [
        ("/topics/", (), 400, "Topic must not be empty"),
        ("/topics/a?qos=2", (), 400, "qos must be 0 or 1"),
        ("/topics/a?qos=", (), 400, "qos must be 0 or 1"),
        ("/topics/a?retain=perhaps", (), 400, "retain must be true or false"),
        ("/topics/a%2F%2B", (), 400, "Topic must not contain wildcard characters"),
        ("/topics/%23", (), 400, "Topic must not contain wildcard characters"),
        ("/topics/%FF", (), 400, "Topic must be UTF-8"),
        ("/topics/a%00", (), 400, "Topic must not contain U+0000"),
        ("/topics/%24SYS/x", (), 400, "Topic can't start with $"),
        (f"/topics/{'a' * 257}", (), 400, "Topic exceeds 256 bytes"),
        (
            "/topics/a?messageExpiry=never",
            (),
            400,
            "Message expiry interval must be an unsigned 4-byte integer",
        ),
        (f"/topics/a?{'x=1&' * 40}", (), 400, "There must not be more than 32 query parameters"),
        ("/topics", (), 404, "Not Found"),
        ("/", (), 404, "Not Found"),
        ("/things/a/shadow", (), 404, "Not Found"),
        ("/topics/a", ("-X", "GET"), 405, "GET is not allowed"),
        ("/topics/a", ("-X", "DELETE"), 405, "DELETE is not allowed"),
        ("/topics/a", ("-H", "Content-Length: many"), 400, "Bad Request"),
        ("/topics/a", ("-H", "Transfer-Encoding: gzip"), 501, "Not Implemented"),
        ("/topics/a", ("-H", f"X: {'a' * 40_000}"), 431, "Request Header Fields Too Large"),
    ],
)
def test_a_bad_request_is_said_to_be_bad(
    device: Identity, target: str, options: tuple[str, ...], status: int, message: str
) -> None:
    reply = curl(device, target, *options)

    assert (reply.status, reply.message) == (status, message)


@pytest.mark.parametrize(
    "options", [(), ("-H", "Transfer-Encoding: chunked"), ("-H", "Expect: 100-continue")]
)
def test_a_message_may_have_128_kilobytes_and_no_byte_more(
    device: Identity, tmp_path: Path, options: tuple[str, ...]
) -> None:
    topic = f"{device.device.thing_name}/large"
    largest, too_large = tmp_path / "largest", tmp_path / "too-large"
    largest.write_bytes(bytes(LARGEST))
    too_large.write_bytes(bytes(LARGEST + 1))

    taken = publish(device, topic, *options, payload=largest)
    refused = publish(device, topic, *options, payload=too_large)

    assert (taken.status, refused.status) == (200, 413)


def test_a_message_that_never_ends_is_cut_off(device: Identity, local: Fleet) -> None:
    endless = connection(device, local.aws.https_port)
    endless.putrequest("POST", f"/topics/{device.device.thing_name}/endless")
    endless.putheader("Transfer-Encoding", "chunked")
    endless.endheaders()
    with contextlib.suppress(OSError):
        for _ in range(40):
            endless.send(b"10000\r\n" + bytes(0x10000) + b"\r\n")

    assert publish(device, f"{device.device.thing_name}/hello").status == 200
    with pytest.raises(OSError, match=r"."):
        endless.send(bytes(1 << 24))


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /topics/a\r\n\r\n",
        b"POST /topics/a HTTP/1.1\r\n\r\n",
        b"POST \xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /topics/a HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /topics/a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST /topics/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x00" * 70_000,
        b"A" * 70_000,
    ],
)
def test_nonsense_is_answered_as_a_bad_request_and_ends_the_connection(
    device: Identity, local: Fleet, nonsense: bytes
) -> None:
    with (
        socket.create_connection(("localhost", local.aws.https_port)) as raw,
        tls(device).wrap_socket(raw, server_hostname="localhost") as secured,
    ):
        secured.settimeout(30)
        secured.sendall(nonsense)
        said = b"".join(iter(lambda: secured.recv(4096), b""))

    assert said.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 431 ", b"HTTP/1.1 501 ", b"HTTP/1.1 505 "))
    assert publish(device, f"{device.device.thing_name}/hello").status == 200
    assert "connection failed" not in local.aws.log.read_text()


def test_who_says_nothing_holds_up_nobody(device: Identity, local: Fleet) -> None:
    half_a_request = (
        f"POST /topics/{device.device.thing_name}/slow HTTP/1.1\r\nHost: x\r\nContent-Length: 9".encode()
    )
    with contextlib.ExitStack() as silent:
        for number in range(MANY):
            raw = silent.enter_context(socket.create_connection(("localhost", local.aws.https_port)))
            if number % 3 == 1:
                raw.sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a ClientHello
            elif number % 3 == 2:
                secured = silent.enter_context(tls(device).wrap_socket(raw, server_hostname="localhost"))
                secured.sendall(half_a_request)
        begun = time.monotonic()
        reply = publish(device, f"{device.device.thing_name}/hello")
        took = time.monotonic() - begun

    assert reply.status == 200
    assert took < 10  # alone it takes a twentieth of a second


def test_https_on_the_port_of_both_is_named_by_alpn(device: Identity, local: Fleet) -> None:
    named = connection(device, local.aws.alpn_port, "x-amzn-http-ca")
    named.request("POST", f"/topics/{device.device.thing_name}/hello?qos=1", "{}")

    assert named.getresponse().status == 200


def test_a_device_may_come_in_by_alpn(local: Fleet, newcomer: Identity) -> None:
    first = connection(newcomer, local.aws.alpn_port, "x-amzn-http-ca")
    first.request("POST", "/topics/a", "{}")

    with pytest.raises(RemoteDisconnected):
        first.getresponse()
    local.await_status(newcomer, "ACTIVE")


def test_mqtt_on_the_port_of_both_is_named_by_alpn(device: Identity, local: Fleet) -> None:
    name = device.device.thing_name
    with (
        socket.create_connection(("localhost", local.aws.alpn_port)) as raw,
        tls(device, "x-amzn-mqtt-ca").wrap_socket(raw, server_hostname="localhost") as secured,
    ):
        secured.sendall(packets.connect(name))
        assert secured.recv(4) == packets.CONNACK_ACCEPTED


def test_without_alpn_the_port_of_both_takes_no_certificate(device: Identity, local: Fleet) -> None:
    unnamed = connection(device, local.aws.alpn_port)
    unnamed.request("POST", f"/topics/{device.device.thing_name}/hello", "{}")
    answer = unnamed.getresponse()

    assert answer.status == 403
    assert json.loads(answer.read())["message"] == "Missing Authentication Token"


def _arn(fleet: Fleet, identity: Identity) -> str:
    described = fleet.client("iot").describe_certificate(certificateId=identity.id)
    return described["certificateDescription"]["certificateArn"]


def _allow(fleet: Fleet, identity: Identity, *topics: str, action: str = "iot:Publish") -> None:
    """Attach one more policy."""
    iot, name = fleet.client("iot"), f"more-{uuid.uuid4().hex[:8]}"
    resources = [f"arn:aws:iot:us-east-1:000000000000:topic/{topic}" for topic in topics]
    statement = {"Effect": "Allow", "Action": action, "Resource": resources}
    iot.create_policy(
        policyName=name, policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    iot.attach_policy(policyName=name, target=_arn(fleet, identity))


def _device_ports(fleet: Fleet) -> tuple[int, int, int]:
    return fleet.aws.mqtt_port, fleet.aws.https_port, fleet.aws.alpn_port
