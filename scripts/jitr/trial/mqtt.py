"""A device's MQTT connection, over AWS's own client library: with a held key or one in a file."""

import os
from collections.abc import Iterator, Set
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures import TimeoutError as LateError
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from awscrt import io, mqtt  # type: ignore[import-untyped]  # awscrt says nothing about its types
from awscrt.exceptions import AwsCrtError  # type: ignore[import-untyped]

from jitr.endpoints import Endpoint
from jitr.failure import FailureError
from jitr.trial.key import CONFIGURATION, LABEL, TOKEN, DeviceKey, HeldKey, SoftwareKey

PATIENCE = 20.0  # seconds for one answer of the broker
# MQTT 3.1.1 has no refusal: the server closes the connection, before CONNACK or without PUBACK.
DROPPED = {"AWS_ERROR_MQTT_UNEXPECTED_HANGUP", "AWS_IO_SOCKET_CLOSED", "AWS_ERROR_MQTT_CONNECTION_DESTROYED"}
# A server may refuse a certificate as early as TLS: in the handshake (1.2), or in its first answer (1.3).
# AWS IoT does so with one that is off (aws/aws-iot-device-sdk-python#76).
REFUSED_IN_TLS = {
    "AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE",
    "AWS_IO_TLS_ERROR_READ_FAILURE",
    "AWS_IO_TLS_ERROR_ALERT_RECEIVED",
    "AWS_IO_TLS_ALERT_NOT_GRACEFUL",
}


@dataclass(frozen=True)
class Device:
    """A device that connects as the thing it is, with its key and certificate."""

    thing_name: str
    key: DeviceKey
    certificate: Path
    endpoint: Endpoint
    over_https: bool = True
    """Whether the environment lets it publish over HTTPS, too."""

    @cached_property
    def client(self) -> Any:  # noqa: ANN401  untyped library
        """The client library, set up with key, certificate and the authority to trust."""
        options = (
            _held(self.key, self.certificate)
            if isinstance(self.key, HeldKey)
            else _from_file(self.key, self.certificate)
        )
        options.override_default_trust_store_from_path(None, self.endpoint.server_ca)
        return mqtt.Client(io.ClientBootstrap.get_or_create_static_default(), io.ClientTlsContext(options))

    def connect(self, *, let_in_before: bool = False) -> "Connection | None":
        """Connect; None when the broker dropped the connection where CONNACK belongs.

        Args:
            let_in_before: whether this broker has accepted the certificate before. A failure of TLS is then a
                refusal, too; else it may as well be a broker that is not trusted here, and AWS IoT registers
                no certificate before CONNECT.

        Raises:
            FailureError: anything else, such as TLS or no answer.
        """
        dropped = DROPPED | REFUSED_IN_TLS if let_in_before else DROPPED
        connection = Connection(self)
        return connection if connection.opened(dropped) else None


class Connection:
    """One connection; what the broker does to it is awaited, never guessed."""

    def __init__(self, device: Device) -> None:
        self._closed: Future[None] = Future()
        self._connection = mqtt.Connection(
            device.client,
            host_name=device.endpoint.host,
            port=device.endpoint.mqtt_port,
            client_id=device.thing_name,
            on_connection_interrupted=self._interrupted,
            reconnect_min_timeout_secs=3600,  # who asks decides when to connect
            reconnect_max_timeout_secs=3600,
            ping_timeout_ms=3000,
        )

    def opened(self, dropped: Set[str]) -> bool:
        """Connect and tell whether the broker accepted (CONNACK) or dropped the connection (these errors)."""
        try:
            self._connection.connect().result(PATIENCE)
        except AwsCrtError as error:
            if error.name in dropped:
                return False
            raise FailureError(f"the broker cannot be reached: {error.name}: {error.message}") from None
        except LateError:
            raise FailureError(f"the broker gave no answer to CONNECT within {PATIENCE:.0f} s") from None
        return True

    def publish(self, topic: str, message: str) -> bool:
        """Publish with QoS 1 and tell whether it was accepted (PUBACK) or the connection closed for it."""
        acknowledged, _packet = self._connection.publish(topic, message, mqtt.QoS.AT_LEAST_ONCE)
        ended, _open = wait({acknowledged, self._closed}, PATIENCE, return_when=FIRST_COMPLETED)
        if not ended:
            raise FailureError(f"the broker neither accepted nor refused a message on {topic}")
        return acknowledged in ended and acknowledged.exception() is None

    @property
    def lost(self) -> bool:
        """Whether the broker has ended the connection."""
        return self._closed.done()

    def close(self) -> None:
        """Disconnect, and wait for it unless the broker closed the connection before."""
        gone = self._connection.disconnect()
        if not self._closed.done():
            gone.result(PATIENCE)

    def _interrupted(self, **_why: object) -> None:
        if not self._closed.done():
            self._closed.set_result(None)


def _from_file(key: SoftwareKey, certificate: Path) -> Any:  # noqa: ANN401  untyped library
    return io.TlsContextOptions.create_client_with_mtls_from_path(str(certificate), str(key.file))


def _held(key: HeldKey, certificate: Path) -> Any:  # noqa: ANN401  untyped library
    with _configuration(key):
        module = io.Pkcs11Lib(file=str(key.module))
    return io.TlsContextOptions.create_client_with_mtls_pkcs11(
        pkcs11_lib=module,
        user_pin=key.pin,
        token_label=TOKEN,
        private_key_label=LABEL,
        cert_file_path=str(certificate),
    )


@contextmanager
def _configuration(key: HeldKey) -> Iterator[None]:
    """Let SoftHSM2, which reads its configuration in this process as it is loaded, find this key's token."""
    before = os.environ.get(CONFIGURATION)
    os.environ[CONFIGURATION] = key.environment[CONFIGURATION]
    try:
        yield
    finally:
        os.environ.pop(CONFIGURATION)
        if before is not None:
            os.environ[CONFIGURATION] = before
