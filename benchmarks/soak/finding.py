"""What a scenario was to show, and what was seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Check:
    """One thing that must hold."""

    expected: str
    measured: str
    held: bool
    speed: bool = False
    """Whether it is about speed, in which a busy machine has its part."""


@dataclass(frozen=True)
class Finding:
    """A scenario that was played."""

    scenario: str
    checks: list[Check]
    seconds: float
    calls: Mapping[str, int] = field(default_factory=dict)
    """Calls of the registration function by service and operation, and how many were throttled or failed."""
    share: float = 1.0
    """Of AWS's default quotas."""

    @property
    def title(self) -> str:
        """The scenario, and with which quotas if not with AWS's own."""
        return self.scenario if self.share == 1.0 else f"{self.scenario} ({self.share:.0%} of the quotas)"

    @property
    def missed(self) -> list[Check]:
        """What did not hold."""
        return [check for check in self.checks if not check.held]

    @property
    def held(self) -> bool:
        """Whether all of it held."""
        return not self.missed

    @property
    def slow(self) -> bool:
        """Whether nothing but speed was missing."""
        return not self.held and all(check.speed for check in self.missed)
