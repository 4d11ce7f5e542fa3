"""The tutorial's last step: the device publishes over HTTPS, by the command that a person at it would use."""

import json
import subprocess

from jitr.failure import FailureError
from jitr.options import CHECKOUT
from jitr.trial.mqtt import Device

CONNECT = CHECKOUT / "scripts" / "device" / "connect"
SEEN = {"accepted": "accepted", "publish_refused": "refused"}


def publish(device: Device, topic: str) -> tuple[str, str]:
    """Publish once with the held key; tell whether it was accepted or refused, and how AWS said so.

    Raises:
        FailureError: neither.
    """
    done = subprocess.run(
        [str(CONNECT), *_options(device), "--topic", topic, "--attempts", "1", "--json"],
        env=device.key.environment,
        cwd=device.key.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        attempt = json.loads(done.stdout)["attempts"][-1]
        return SEEN[attempt["outcome"]], attempt["detail"].partition(" {")[0]  # HTTP 200 {"message":"OK",...
    except (ValueError, KeyError):
        said = done.stderr.strip() or done.stdout.strip()
        raise FailureError(f"scripts/device/connect --protocol https failed: {said}") from None


def _options(device: Device) -> list[str]:
    endpoint = device.endpoint
    where = ["--protocol", "https", "--endpoint", endpoint.host, "--port", str(endpoint.https_port)]
    trust = ["--server-ca", endpoint.server_ca] if endpoint.server_ca else []
    return [*where, *trust, "--cert", str(device.certificate), *device.key.csr_options()]
