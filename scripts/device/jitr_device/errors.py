"""What can go wrong, said to the person at the device."""

from __future__ import annotations


class DeviceError(Exception):
    """Something failed (exit code 1); the text says what, where, and what to do."""


class UsageError(DeviceError):
    """The command was called wrongly (exit code 2)."""
