"""The deployed authority, as a smoke test asks it."""

from collections.abc import Callable
from dataclasses import dataclass

from jitr.signing import SignedCertificate
from tests.unit.registration.world import Device


@dataclass
class Signing:
    """Signs for one device, whoever asks."""

    device: Device
    meanwhile: Callable[[], object] = lambda: None
    """What happens while it signs."""

    def __call__(self, *_asked: object) -> SignedCertificate:
        """Give the certificate."""
        self.meanwhile()
        return SignedCertificate(self.device.thing_name, self.device.certificate_id, "", "", "")
