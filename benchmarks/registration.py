"""From a device's first CONNECT to ACTIVE, one device at a time, on a local AWS of its own."""

import statistics
import tempfile
import time
from pathlib import Path

from jitr import deployed, endpoints
from jitr.demo import key
from jitr.demo.deployment import Deployment
from jitr.demo.mqtt import Device
from jitr.local import LocalAws
from jitr.target import Target
from jitr_stack.settings import load

PATIENCE = 30.0  # seconds


def times_to_active(devices: int) -> dict[str, str]:
    """Deploy, let `devices` devices come one after the other, and give the median and the worst time."""
    with tempfile.TemporaryDirectory() as folder, LocalAws.start(Path(folder) / "aws") as aws:
        deployment = Deployment(aws, Path(folder) / "aws")
        with deployment.start_bootstrap() as bootstrap:
            bootstrap.wait()
        deployment.deploy("local")
        target = Target(load("local"), aws.session(), aws)
        times = [_time_to_active(target, Path(folder) / f"device-{n}") for n in range(devices)]
    return {
        f"first CONNECT to ACTIVE, median of {devices}": f"{statistics.median(times):.0f} ms",
        f"first CONNECT to ACTIVE, worst of {devices}": f"{max(times):.0f} ms",
        f"first CONNECT to ACTIVE, first of {devices} (cold start)": f"{times[0]:.0f} ms",
    }


def _time_to_active(target: Target, folder: Path) -> float:
    """Give the milliseconds; the certificate's state is asked for every two."""
    folder.mkdir()
    held, csr, certificate = key.SoftwareKey(folder), folder / "device.csr", folder / "device.crt"
    key.make_csr(held, folder.name, csr)
    issued = deployed.issue(target, csr.read_text())
    certificate.write_text(issued.certificate)
    device = Device(folder.name, held, certificate, endpoints.find(target))
    begun = time.monotonic()
    if device.connect() is not None:
        raise RuntimeError("the first connection was accepted: this is no just-in-time registration")
    while not _active(target, issued.certificate_id):
        if time.monotonic() - begun > PATIENCE:
            raise RuntimeError(f"{issued.certificate_id} is not ACTIVE after {PATIENCE:.0f} s")
        time.sleep(0.002)
    return (time.monotonic() - begun) * 1000


def _active(target: Target, certificate_id: str) -> bool:
    found = target.iot.describe_certificate(certificateId=certificate_id)["certificateDescription"]
    return found["status"] == "ACTIVE"
