"""What is fed to a fuzzer, by name: all that the registration reads and did not write itself.

`python tests/fuzz/targets.py event -runs=1000000 found tests/fuzz/seeds/event`; the options are libFuzzer's,
`found` is a folder for what it finds. Whatever is raised that the code does not promise ends the run.
"""

import io
import json
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import atheris

with atheris.instrument_imports(include=["records", "registration", "registry"]):
    from contract import SecondCertificate
    from records.provisioning import InvalidProvisioning, Provisioning
    from records.record import InvalidRecord, IssuanceRecord
    from registration.events import read_event
    from registration.owner import Owner, UnclearDecision
    from registration.refusal import Refused
    from registration.settings import Settings

SETTINGS = Settings(
    environment="fuzz",
    account="123456789012",
    authorities=frozenset({"a" * 64}),
    device_policy="device",
    records_table="records",
    second_certificate=SecondCertificate.REPLACE,
    queue="https://queue.example",
    queue_retention=timedelta(days=4),
    dead_letter_queue="https://dead-letters.example",
    registrations_per_second=5,
    refusals_per_second=0.25,
)
RECORD = json.loads((Path(__file__).parent / "seeds" / "record" / "genuine.json").read_text())


class Answering:
    """A client of Lambda that answers what the fuzzer says."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def invoke(self, **_call: Any) -> dict[str, Any]:
        """Answer."""
        return {"Payload": io.BytesIO(self.answer)}


def event(data: bytes) -> None:
    """The body of a queue message."""
    with suppress(Refused):
        read_event(data.decode("utf-8", "surrogateescape"), SETTINGS)


def record(data: bytes) -> None:
    """An item of the table: attributes of any text."""
    fields: object = None
    with suppress(ValueError, RecursionError):
        fields = json.loads(data)
    if isinstance(fields, dict):
        with suppress(InvalidRecord):
            IssuanceRecord.from_item({name: {"S": value} for name, value in fields.items()})


def provisioning(data: bytes) -> None:
    """What a record says of its thing."""
    with suppress(InvalidProvisioning):
        Provisioning.from_json(data.decode("utf-8", "surrogateescape"))


def decision(data: bytes) -> None:
    """The answer of the owner's function."""
    issued = IssuanceRecord.from_item({name: {"S": value} for name, value in RECORD.items()})
    with suppress(Refused, UnclearDecision):
        Owner(cast("Any", Answering(data)), "function", "fuzz").decide(issued)


TARGETS = {"event": event, "record": record, "provisioning": provisioning, "decision": decision}


def main() -> None:
    """Fuzz one target."""
    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
