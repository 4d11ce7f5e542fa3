"""How far a registered authority is open to devices, in AWS IoT's terms."""

from __future__ import annotations

from dataclasses import dataclass

from contract import Openness


@dataclass(frozen=True)
class Standing:
    """An authority's status (ACTIVE or INACTIVE), and its auto-registration (ENABLE or DISABLE)."""

    active: bool
    auto_registration: bool


WANTED = {
    Openness.OPEN: Standing(active=True, auto_registration=True),
    Openness.CLOSED: Standing(active=True, auto_registration=False),
    Openness.RETIRED: Standing(active=False, auto_registration=False),
}


def deviation(found: Standing, declared: Openness | None, wanted: Openness) -> str | None:
    """Say what somebody changed past the stack, as a code; None when nothing needs mending.

    What was `declared` until now is how it should have been found; found as `wanted` it is right by now,
    for instance because the same event comes a second time.
    """
    before = WANTED[declared or wanted]
    if found in (before, WANTED[wanted]):
        return None
    if found.active != before.active:
        return "active" if found.active else "inactive"
    return "auto_registration_on" if found.auto_registration else "auto_registration_off"
