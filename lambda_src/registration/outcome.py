"""How a message's handling ends: an outcome, or another try later."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Outcome:
    """How a registration ended, as it is logged, counted and announced.

    `name` is `registered`, `already`, `refused`, `held`, `retried` or `dead`; `reason` a code.
    """

    name: str
    thing_name: str | None = None
    reason: str | None = None
    problem: str | None = None
    """What there is to say beyond the code, to a person."""
    certificate: str | None = None
    """Of a refusal: whether the certificate was set `INACTIVE` or `left_pending`."""


class Later(Exception):  # noqa: N818  named for what happens
    """It cannot be done now; the same message must come again.

    Attributes:
        reason: a code.
        not_before: before which another try is in vain; None when nobody knows.
    """

    def __init__(self, reason: str, problem: str, not_before: datetime | None = None) -> None:
        super().__init__(problem)
        self.reason = reason
        self.not_before = not_before
