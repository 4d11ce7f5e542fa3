"""What an import says in the end."""

from dataclasses import dataclass

from jitr.issued.tally import Tally
from jitr_stack.settings import Settings

ADMITTED = {"issuing", "trusted"}
"""States of an authority in which AWS IoT lets devices in that it never saw."""


@dataclass(frozen=True)
class Report:
    """An import's outcome; `ignored` files in folders had other suffixes."""

    settings: Settings
    tally: Tally
    ignored: int
    seconds: float

    def fields(self) -> dict[str, object]:
        """Give all of it by name; of the bad certificates, the first thousand."""
        return (
            {"environment": self.settings.name}
            | self.tally.fields()
            | {
                "ignored_files": self.ignored,
                "by_authority": dict(sorted(self.tally.by_authority.items())),
                "seconds": round(self.seconds, 1),
                "bad_certificates": [bad.fields() for bad in self.tally.kept],
            }
        )

    def shown(self) -> dict[str, object]:
        """Give what a person wants to see; the bad ones were named already."""
        hidden = {"bad_certificates", "by_authority"}
        fields = {name: value for name, value in self.fields().items() if name not in hidden}
        return fields | {
            f"of authority {name}": count for name, count in sorted(self.tally.by_authority.items())
        }

    def advice(self) -> list[str]:
        """Say which of the recorded certificates will not be let in as things stand."""
        known = self.settings.authorities
        states = {
            name: known[name].state if name in known else "not in the environment's file"
            for name in sorted(self.tally.by_authority)
        }
        return [
            f"authority {name} is {state}: AWS IoT lets none of its devices in that it has not seen before"
            for name, state in states.items()
            if state not in ADMITTED
        ]
