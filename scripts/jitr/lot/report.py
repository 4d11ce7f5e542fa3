"""What is said of a lot in the end."""

from dataclasses import dataclass
from pathlib import Path

from jitr.lot.tally import Tally


@dataclass(frozen=True)
class Report:
    """A lot's outcome; no `environment` where files signed, `ignored` files in folders had other suffixes."""

    environment: str | None
    ca_certificate_id: str
    folder: Path
    tally: Tally
    ignored: int
    seconds: float

    def fields(self) -> dict[str, object]:
        """Give all of it by name; of the refused requests, the first thousand."""
        return self.shown() | {
            "environment": self.environment,
            "refused_requests": [bad.fields() for bad in self.tally.kept],
        }

    def shown(self) -> dict[str, object]:
        """Give what a person wants to see; the refused ones were named already."""
        return {
            "environment": self.environment,
            "ca_certificate_id": self.ca_certificate_id,
            "folder": str(self.folder),
            **self.tally.fields(),
            "ignored_files": self.ignored,
            "seconds": round(self.seconds, 1),
        }
