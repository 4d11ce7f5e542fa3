"""What becomes of one request of a lot."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Signed:
    """It has a certificate now, in `file`."""

    place: str
    thing_name: str
    certificate_id: str
    file: str

    def fields(self) -> dict[str, str]:
        """Give it by name."""
        return {"place": self.place, "outcome": "signed"} | _but_place(vars(self))


@dataclass(frozen=True)
class There:
    """Its certificate was in `file` already."""

    place: str
    certificate_id: str
    file: str

    def fields(self) -> dict[str, str]:
        """Give it by name."""
        return {"place": self.place, "outcome": "there_already"} | _but_place(vars(self))


@dataclass(frozen=True)
class Refused:
    """It got none. `reason` is a code for machines (snake case), `message` says to a person why."""

    place: str
    reason: str
    message: str

    def fields(self) -> dict[str, str]:
        """Give it by name."""
        return {"place": self.place, "outcome": "refused"} | _but_place(vars(self))


Outcome = Signed | There | Refused


def _but_place(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name != "place"}
