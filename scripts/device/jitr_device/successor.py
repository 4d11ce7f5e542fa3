"""Whether a certificate may take the place of the one that is in use."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Optional

from .certificate import Certificate
from .errors import DeviceError

DAY = timedelta(days=1)


def check(successor: Certificate, current: Certificate, now: datetime) -> None:
    """DeviceError with the first objection against `successor`."""
    objection = _objection(successor, current, now)
    if objection:
        raise DeviceError(f"{successor.file}: {objection}; {current.file} stays in use")


def left(certificate: Certificate, now: datetime) -> timedelta:
    """Return for how long it is valid still; negative afterwards."""
    return certificate.not_after - now


def written(moment: datetime) -> str:
    """Write a time for people, in UTC."""
    return f"{moment.astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC"


def in_words(period: timedelta) -> str:
    """Write a period as days, or as hours when it is short."""
    days = period // DAY
    return f"{days} days" if days > 1 else f"{period // timedelta(hours=1)} hours"


def _objection(successor: Certificate, current: Certificate, now: datetime) -> Optional[str]:
    if successor.certificate_id == current.certificate_id:
        return "is the very certificate that is in use"
    if successor.public_key != current.public_key:
        return "is for another key than the certificate in use, so this device's key cannot use it"
    if successor.common_name != current.common_name:
        return f"is for {successor.common_name or 'no thing'}, this device is {current.common_name}"
    return untimely(successor, now) or _too_short(successor, current)


def untimely(certificate: Certificate, now: datetime) -> Optional[str]:
    """Say why it is not valid at this moment, or None."""
    if now < certificate.not_before:
        return (
            f"is valid from {written(certificate.not_before)}, and here it is {written(now)}: see the clock"
        )
    if now >= certificate.not_after:
        return f"ended at {written(certificate.not_after)}, and here it is {written(now)}: see the clock"
    return None


def _too_short(successor: Certificate, current: Certificate) -> Optional[str]:
    if successor.not_after > current.not_after:
        return None
    return f"ends {written(successor.not_after)}, not later than the one in use; have a newer one signed"
