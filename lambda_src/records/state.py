"""The states of an issuance record, and the moves between them that are allowed."""

from collections.abc import Collection
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """What became of an issued certificate."""

    ISSUED = "issued"
    """Signed; the device has not connected yet."""
    ACTIVATING = "activating"
    """Claimed by a registration run, which may be about to set it ACTIVE."""
    REGISTERED = "registered"
    """Set ACTIVE by a registration. Done for good: no later event changes anything."""
    REFUSED = "refused"
    REVOKED = "revoked"
    DEACTIVATED = "deactivated"
    REPLACED = "replaced"


TOMBSTONES = frozenset({State.REFUSED, State.REVOKED, State.DEACTIVATED, State.REPLACED})
"""States that no event leaves and whose records are never deleted, so that nothing brings a device back by
itself. `revoked` is final; the others an operator may take back, on purpose (`records.readmission`)."""

IN_USE = frozenset({State.ACTIVATING, State.REGISTERED})
"""States in which a certificate is ACTIVE, was, or is about to be."""

MOVES = MappingProxyType(
    {
        State.ISSUED: TOMBSTONES | {State.ACTIVATING},
        # Back to issued: a run gave its claim up, knowing that it never set the certificate ACTIVE.
        State.ACTIVATING: TOMBSTONES | {State.REGISTERED, State.ISSUED},
        State.REGISTERED: TOMBSTONES - {State.REFUSED},
        # What is out already may be put out for good.
        **dict.fromkeys(TOMBSTONES - {State.REVOKED}, frozenset({State.REVOKED})),
        State.REVOKED: frozenset[State](),
    }
)
"""From each state, the states that a record may go to, but for an operator's readmission."""


class ForbiddenMove(ValueError):  # noqa: N818 named for what happened, as the other refusals are
    """A caller asked for a move that no record may ever make; a mistake in the program, not in the table."""


def require_allowed(to: State, expected: Collection[State]) -> None:
    """Check that a record may go to `to` from every one of the `expected` states.

    Raises:
        ForbiddenMove: when a move is not in `MOVES`, or no state is expected at all.
    """
    if not expected:
        raise ForbiddenMove(f"A move to {to} must say from which states.")
    forbidden = sorted(state for state in expected if to not in MOVES[state])
    if forbidden:
        raise ForbiddenMove(f"A record never goes from {' or '.join(forbidden)} to {to}.")
