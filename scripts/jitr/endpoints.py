"""Where devices connect."""

from dataclasses import asdict, dataclass

from jitr.target import Target

MQTT_PORT = 8883


@dataclass(frozen=True)
class Endpoint:
    """Host and MQTT port; `server_ca` is a PEM file where the Amazon root CAs are not the ones to trust."""

    host: str
    mqtt_port: int = MQTT_PORT
    server_ca: str | None = None

    def fields(self) -> dict[str, str | int | None]:
        """Give it by name."""
        return asdict(self)

    def __str__(self) -> str:
        return self.host if self.server_ca is None else f"{self.host}:{self.mqtt_port}"


def find(target: Target) -> Endpoint:
    """Ask AWS IoT; the local broker is found by its port."""
    if target.local is not None:
        return Endpoint("localhost", target.local.mqtt_port, str(target.local.iot_ca))
    # iot:Data would be the older endpoint, whose certificate today's trust stores do not know.
    return Endpoint(target.iot.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"])
