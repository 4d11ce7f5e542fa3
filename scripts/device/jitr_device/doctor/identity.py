"""The certificate: whose, whether it fits the key, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from ..certificate import Certificate
from ..errors import DeviceError
from ..successor import in_words, left, untimely, written
from .check import Finding, failed, not_checked, ok, warning
from .device import Device

SOON = timedelta(days=30)


def certificate(device: Device) -> Finding:
    """Read the certificate's file."""
    file, found = device.certificate_file, device.certificate
    if not file.exists() and not device.certificate_expected:
        return not_checked(f"{file} is not there yet: make_csr makes the request, have that signed")
    if isinstance(found, DeviceError):
        return failed(str(found), "jitr sign gives the certificate for a CSR")
    if found.common_name is None:
        return warning(
            f"{file} names no thing (no common name)", "make_csr --thing-name puts one into the CSR"
        )
    return ok(f"{found.common_name}, id {found.certificate_id}")


def belongs(device: Device) -> Finding:
    """Compare the certificate's public key with the held one."""
    assert not isinstance(device.key, DeviceError)  # nosec B101 # noqa: S101  # needs "key"
    if _certificate(device).public_key == device.key.pem:
        return ok("the certificate is for this key")
    return failed(
        "the certificate is for another key",
        "another slot, token or file may hold it; or make a CSR with this key and have it signed",
    )


def validity(device: Device) -> Finding:
    """Look whether the certificate is valid now, by this device's clock."""
    found, now = _certificate(device), datetime.now(timezone.utc)
    objection = untimely(found, now)
    if objection:
        return failed(objection, "set the clock if it is wrong; otherwise make a CSR and have it signed")
    remaining = left(found, now)
    text = f"until {written(found.not_after)}, {in_words(remaining)} left"
    return (
        ok(text) if remaining > SOON else warning(text, "renew gets a new one without losing the connection")
    )


def _certificate(device: Device) -> Certificate:
    found = device.certificate
    assert not isinstance(found, DeviceError)  # nosec B101 # noqa: S101  # needs "certificate"
    return found
