"""Two templates of the stack compared, said in the words of the environment's file."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract import AuthorityProperty, Variable

Template = Mapping[str, Any]

SETTING = {
    "Architectures": "architecture",
    "DeletionPolicy": "removal",
    "RetentionInDays": "log_retention_days",
    "Tags": "tags",
    "MessageRetentionPeriod": "fleet_size or quotas",
    "VisibilityTimeout": "quotas",
    "Timeout": "quotas",
    "BatchSize": "quotas",
    "MaximumConcurrency": "quotas",
    Variable.DECISION_FUNCTION: "decision_function",
    Variable.EVENT_BUS: "event_bus",
    Variable.LEAF_VALIDITY_DAYS: "device_validity_days",
    Variable.PROVISIONING_TEMPLATE: "provisioning",
    Variable.QUEUE_RETENTION_SECONDS: "fleet_size or quotas",
    Variable.REFUSALS_PER_SECOND: "quotas",
    Variable.REGISTRATIONS_PER_SECOND: "quotas",
    Variable.SECOND_CERTIFICATE: "second_certificate",
    AuthorityProperty.DELETE_WITH_CERTIFICATES: "delete_authorities_with_certificates",
    AuthorityProperty.ALGORITHM: "algorithm",
    AuthorityProperty.CERTIFICATE: "certificate",
    AuthorityProperty.CUSTODY: "custody",
    AuthorityProperty.MODE: "mode",
    AuthorityProperty.OPENNESS: "state",
    AuthorityProperty.REPLACE: "replace",
    AuthorityProperty.SUBJECT: "subject",
    AuthorityProperty.VALIDITY_DAYS: "validity_days",
    AuthorityProperty.VERIFICATION_CERTIFICATE: "verification_certificate",
    "S3Key": "the functions' code",
}
"""Which setting a property is made of; one that is not here is told by its construct."""
OF_PARTS = {"Monitoring": "alarms"}
"""Parts of the stack that one setting makes."""
COMPARED = ("Type", "Properties", "DeletionPolicy", "UpdateReplacePolicy")
ASKED_ANEW = AuthorityProperty.RECHECK
"""Property that a single deploy gives a word of its own (`-c recheck=…`)."""
LONGEST = 60


@dataclass(frozen=True)
class Difference:
    """What a deploy would change: a property of a construct, or all of it where `keys` is empty."""

    construct: str
    keys: tuple[str, ...]
    deployed: object
    wanted: object

    @property
    def cause(self) -> str:
        """The setting that makes the difference, or the part of the stack that is different."""
        setting = next((SETTING[key] for key in reversed(self.keys) if key in SETTING), None)
        part = self.construct.partition("/")[0]
        if setting is None:
            return OF_PARTS.get(part, part)
        return f"{part}: {setting}" if part.startswith("Authority-") and setting != "tags" else setting

    def __str__(self) -> str:
        if not self.keys:
            return f"{'adds' if self.deployed is None else 'removes'} {self.construct}"
        where = f"changes {self.construct} {next(key for key in reversed(self.keys) if not key.isdecimal())}"
        if _is_short(self.deployed) and _is_short(self.wanted):
            return f"{where} from {_text(self.deployed)} to {_text(self.wanted)}"
        return where


def differences(deployed: Template, wanted: Template) -> Iterator[Difference]:
    """Compare two templates, resource by resource, passing over what has no effect: metadata, order."""
    before, after = (_as_given_back(each.get("Resources", {})) for each in (deployed, wanted))
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        construct = _construct(name, new or old)
        if old is None or new is None:
            yield Difference(construct, (), old, new)
        else:
            for key in COMPARED:
                yield from _unlike(construct, (key,), old.get(key), new.get(key))


def _unlike(construct: str, keys: tuple[str, ...], old: object, new: object) -> Iterator[Difference]:
    if old == new or keys[-1] == ASKED_ANEW:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from _unlike(construct, (*keys, key), old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _unlike(construct, (*keys, str(number)), one, other)
    else:
        yield Difference(construct, keys, old, new)


def _as_given_back(resources: Any) -> Any:  # noqa: ANN401  JSON
    """Give resources as GetTemplate does, which has a question mark for every character beyond ASCII."""
    text = json.dumps(resources, ensure_ascii=False)
    return json.loads(text.encode("ascii", "replace").decode())


def _construct(name: str, resource: Mapping[str, Any]) -> str:
    """Give the path of a resource below its stack, as in `jitr_stack/`."""
    path = str(resource.get("Metadata", {}).get("aws:cdk:path", f"//{name}"))
    parts = [part for part in path.split("/")[2:] if part not in {"Resource", "Default"}]
    return "/".join(parts) or name


def _is_short(value: object) -> bool:
    return len(_text(value)) <= LONGEST and not isinstance(value, dict | list)


def _text(value: object) -> str:
    return "none" if value is None else str(value)
