"""What was seen of a device, for programs."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from jitr.files import write

EXPECTED = {
    "first_connect": "dropped",
    "own_topic": "accepted",
    "foreign_topic": "refused",
    "https_own_topic": "accepted",
    "https_foreign_topic": "refused",
}
WITHOUT_HTTPS = {"https_own_topic": "refused"}
"""Where a thing is not named as its certificate (`jitr_stack/device_access.py`)."""


@dataclass(frozen=True)
class Evidence:
    """Observations, none of them assumed; times are milliseconds from the first CONNECT."""

    certificate_id: str
    ca_certificate_id: str
    thing_name: str
    first_connect: str
    active_ms: int
    publish_ms: int
    own_topic: str
    foreign_topic: str
    https_own_topic: str
    https_foreign_topic: str
    key_holder: str

    def unexpected(self, *, over_https: bool = True) -> list[str]:
        """Say what was not as it must be, one sentence each.

        Args:
            over_https: whether devices may publish over HTTPS; where they may not, they must be refused.
        """
        seen = asdict(self)
        must = EXPECTED if over_https else EXPECTED | WITHOUT_HTTPS
        return [
            f"{name} was {seen[name]}, not {wanted}" for name, wanted in must.items() if seen[name] != wanted
        ]

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        write(path, json.dumps(asdict(self), indent=2).encode() + b"\n")
