"""The device's part: two connections, messages over MQTT and HTTPS, and what the registry says meanwhile."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from jitr.aws_errors import code_of
from jitr.failure import FailureError
from jitr.trial import https
from jitr.trial.evidence import Evidence
from jitr.trial.mqtt import Device
from jitr.trial.timeline import Timeline

if TYPE_CHECKING:
    from mypy_boto3_iot import IoTClient
    from mypy_boto3_iot.type_defs import CertificateDescriptionTypeDef

PATIENCE = 60.0  # seconds until the certificate must be ACTIVE
ASKED_EVERY = 0.02  # seconds


@dataclass(frozen=True)
class Watch:
    """Milliseconds since the first CONNECT."""

    begun: float

    @classmethod
    def start(cls) -> "Watch":
        """Start now."""
        return cls(time.monotonic())

    def read(self) -> int:
        """Give the milliseconds."""
        return round((time.monotonic() - self.begun) * 1000)


def run(
    device: Device, iot: "IoTClient", certificate_id: str, timeline: Timeline, patience: float = PATIENCE
) -> Evidence:
    """Connect until the device is online, publish, and write down what was seen.

    Args:
        device: which AWS IoT has never seen.
        iot: AWS IoT's control plane.
        certificate_id: of the device's certificate.
        timeline: where it is shown.
        patience: seconds until the certificate must be ACTIVE.

    Raises:
        FailureError: the broker does not answer, the certificate never becomes ACTIVE, or the device may not
            publish on its own topic.
    """
    watch = Watch.start()
    first = _first_connect(device, watch, timeline)
    found = _active(iot, certificate_id, device.thing_name, watch, patience)
    active_ms = watch.read()
    timeline.moment("certificate", f"ACTIVE, attached to {_thing(iot, found)}", active_ms, expected=True)
    own, publish_ms = _own_topic(device, watch, timeline)
    foreign = _foreign_topic(device, watch, timeline)
    over_https = [_https(device, topic, watch, timeline) for topic in _topics(device)]
    return Evidence(
        certificate_id=found["certificateId"],
        ca_certificate_id=found["caCertificateId"],
        thing_name=_thing(iot, found),
        first_connect=first,
        active_ms=active_ms,
        publish_ms=publish_ms,
        own_topic=own,
        foreign_topic=foreign,
        https_own_topic=over_https[0],
        https_foreign_topic=over_https[1],
        key_holder=device.key.label,
    )


def _first_connect(device: Device, watch: Watch, timeline: Timeline) -> str:
    connection = device.connect()
    seen = "accepted" if connection else "dropped"
    why = (
        ", as expected: AWS IoT registers the unknown certificate now" if seen == "dropped" else ", too early"
    )
    timeline.moment("1st connect", seen + why, watch.read(), expected=seen == "dropped")
    if connection:
        connection.close()
    return seen


def _active(
    iot: "IoTClient", certificate_id: str, thing_name: str, watch: Watch, patience: float
) -> "CertificateDescriptionTypeDef":
    found = _until(lambda: _described(iot, certificate_id, "ACTIVE"), watch, patience)
    if found is None:
        now = _described(iot, certificate_id)
        state = now["status"] if now else "not registered"
        raise FailureError(f"the certificate of {thing_name} is {state} after {patience:.0f} s, not ACTIVE")
    return found


def _until(
    ask: "Callable[[], CertificateDescriptionTypeDef | None]", watch: Watch, patience: float
) -> "CertificateDescriptionTypeDef | None":
    while watch.read() < patience * 1000:
        if found := ask():
            return found
        time.sleep(ASKED_EVERY)
    return None


def _described(
    iot: "IoTClient", certificate_id: str, status: str | None = None
) -> "CertificateDescriptionTypeDef | None":
    try:
        found = iot.describe_certificate(certificateId=certificate_id)["certificateDescription"]
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return None
        raise
    return found if status in {None, found["status"]} else None


def _thing(iot: "IoTClient", found: "CertificateDescriptionTypeDef") -> str:
    things = iot.list_principal_things(principal=found["certificateArn"])["things"]
    return ", ".join(things) or "no thing"


def _own_topic(device: Device, watch: Watch, timeline: Timeline) -> tuple[str, int]:
    """Connect and publish below the own name; the time is that of the broker's acknowledgement."""
    connection = device.connect()
    if connection is None:
        raise FailureError("the connection was dropped although the certificate is ACTIVE")
    timeline.moment("2nd connect", "accepted", watch.read(), expected=True)
    topic, _foreign = _topics(device)
    accepted = connection.publish(topic, '{"hello": "world"}')
    taken = watch.read()
    seen = "accepted" if accepted else "refused"
    timeline.moment("publish", f"{seen}: {topic}, its own topic", taken, expected=accepted)
    connection.close()
    if not accepted:  # what is refused from here on would show nothing
        raise FailureError(f"the device's message on {topic}, its own topic, was refused")
    return seen, taken


def _foreign_topic(device: Device, watch: Watch, timeline: Timeline) -> str:
    """Publish below another device's name, then once more below the own: only the topic may be refused."""
    connection = device.connect()
    if connection is None:
        raise FailureError("the connection before the foreign topic was dropped")
    _own, topic = _topics(device)
    accepted = connection.publish(topic, '{"hello": "neighbour"}')
    connection.close()
    seen = "accepted" if accepted else "refused"
    timeline.moment(
        "publish", f"{seen}: {topic}, another device's topic", watch.read(), expected=not accepted
    )
    if not accepted and not _still_welcome(device):
        raise FailureError(
            "after the refused message the device is refused altogether, so the refusal shows nothing"
        )
    return seen


def _still_welcome(device: Device) -> bool:
    connection = device.connect()
    welcome = connection is not None and connection.publish(f"{device.thing_name}/hello", "{}")
    if connection:
        connection.close()
    return welcome


def _topics(device: Device) -> tuple[str, str]:
    """Give the device's own topic and another device's."""
    return f"{device.thing_name}/hello", f"another-{device.thing_name}/hello"


def _https(device: Device, topic: str, watch: Watch, timeline: Timeline) -> str:
    """Publish over HTTPS as the tutorial does, and see that the policy holds there, too."""
    allowed = device.over_https and topic == _topics(device)[0]
    seen, answer = https.publish(device, topic)
    timeline.moment(
        "HTTPS publish",
        f"{seen}: {topic} ({answer})",
        watch.read(),
        expected=allowed == (seen == "accepted"),
    )
    return seen
