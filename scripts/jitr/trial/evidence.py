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

    def unexpected(self) -> list[str]:
        """Say what was not as it must be, one sentence each."""
        seen = asdict(self)
        return [
            f"{name} was {seen[name]}, not {wanted}"
            for name, wanted in EXPECTED.items()
            if seen[name] != wanted
        ]

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        write(path, json.dumps(asdict(self), indent=2).encode() + b"\n")
