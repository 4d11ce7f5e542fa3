"""Where devices connect."""

from dataclasses import asdict, dataclass

from jitr.local import LocalAws
from jitr.target import Target

# AWS IoT Core developer guide, "Device communication protocols"
MQTT_PORT, HTTPS_PORT, ALPN_PORT = 8883, 8443, 443


@dataclass(frozen=True)
class Endpoint:
    """Host and ports; `server_ca` is a PEM file where the Amazon root CAs are not the ones to trust.

    On `alpn_port` the client's TLS names the protocol: `x-amzn-mqtt-ca` or `x-amzn-http-ca`.
    """

    host: str
    mqtt_port: int = MQTT_PORT
    https_port: int = HTTPS_PORT
    alpn_port: int = ALPN_PORT
    server_ca: str | None = None

    def fields(self) -> dict[str, str | int | None]:
        """Give it by name."""
        return asdict(self)

    def __str__(self) -> str:
        return self.host if self.server_ca is None else f"{self.host}:{self.mqtt_port}"


def find(target: Target) -> Endpoint:
    """Ask AWS IoT; the local one is found by its ports."""
    if target.local is not None:
        return of_local(target.local)
    # iot:Data would be the older endpoint, whose certificate today's trust stores do not know.
    return Endpoint(target.iot.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"])


def of_local(aws: LocalAws) -> Endpoint:
    """Give where devices connect to a local AWS."""
    return Endpoint("localhost", aws.mqtt_port, aws.https_port, aws.alpn_port, str(aws.iot_ca))
