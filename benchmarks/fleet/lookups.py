"""What AWS IoT knows about a fleet: each look reads all certificates of an authority, not one device."""

import time
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from benchmarks.fleet.identity import Identity
from contract import Output
from jitr import deployed
from jitr.target import Target
from jitr_stack.settings import LOCAL_ACCOUNT

if TYPE_CHECKING:
    from mypy_boto3_iot import IoTClient

PAGE = 250
"""Certificates of one page, at most (ListCertificatesByCA, `pageSize`)."""
READERS = 4
LOOKED_EVERY = 0.5  # seconds; a sweep over some hundred certificates takes a tenth of it


def statuses(iot: "IoTClient", ca_certificate_id: str) -> dict[str, str]:
    """Read the status of every certificate of an authority, by certificate id."""
    found: dict[str, str] = {}
    marker: dict[str, str] = {}
    while True:
        page = iot.list_certificates_by_ca(caCertificateId=ca_certificate_id, pageSize=PAGE, **marker)  # type: ignore[arg-type]  # one optional word
        found |= {each["certificateId"]: each["status"] for each in page["certificates"]}
        if not page.get("nextMarker"):
            return found
        marker = {"marker": page["nextMarker"]}


def active(known: Mapping[str, str], identities: Iterable[Identity]) -> list[Identity]:
    """Give those that are ACTIVE."""
    return [identity for identity in identities if known.get(identity.id) == "ACTIVE"]


def await_active(
    iot: "IoTClient",
    ca_certificate_id: str,
    identities: Collection[Identity],
    *,
    wanted: int | None = None,
    patience: float,
) -> int:
    """Wait until `wanted` of the identities (None: all) are ACTIVE, or `patience` seconds are over.

    Returns:
        How many are.
    """
    until = time.monotonic() + patience
    wanted = len(identities) if wanted is None else wanted
    while True:
        begun = time.monotonic()
        count = len(active(statuses(iot, ca_certificate_id), identities))
        if count >= wanted or begun >= until:
            return count
        time.sleep(max(0.0, min(begun + LOOKED_EVERY, until) - time.monotonic()))


def incomplete(target: Target, identities: Collection[Identity]) -> dict[str, str]:
    """Give what is missing, by thing name, of devices that ought to be registered; empty is good.

    Each must be ACTIVE, attached to the thing of its name and to no other, and have the device policy.
    """
    policy = deployed.output(target, Output.DEVICE_POLICY)
    known = statuses(target.iot, deployed.output(target, Output.ISSUING_AUTHORITY))
    allowed = _targets_of(target.iot, policy)
    things = _things_of(target.iot, identities)
    missing: dict[str, str] = {}
    for identity in identities:
        faults = [
            *([] if known.get(identity.id) == "ACTIVE" else [f"status {known.get(identity.id)}"]),
            *([] if things[identity.id] == [identity.thing_name] else [f"things {things[identity.id]}"]),
            *([] if identity.id in allowed else [f"not allowed by {policy}"]),
        ]
        if faults:
            missing[identity.thing_name] = ", ".join(faults)
    return missing


def _targets_of(iot: "IoTClient", policy: str) -> set[str]:
    """Give the ids of the certificates that a policy is attached to."""
    paginator = iot.get_paginator("list_targets_for_policy")
    pages = paginator.paginate(policyName=policy, PaginationConfig={"PageSize": PAGE})
    return {target.rpartition("/")[2] for page in pages for target in page["targets"]}


def _things_of(iot: "IoTClient", identities: Collection[Identity]) -> dict[str, list[str]]:
    """Give the names of the things that each certificate is attached to."""

    def things(identity: Identity) -> list[str]:
        return iot.list_principal_things(principal=_principal(iot, identity))["things"]

    with ThreadPoolExecutor(READERS) as readers:
        return dict(zip([each.id for each in identities], readers.map(things, identities), strict=True))


def _principal(iot: "IoTClient", identity: Identity) -> str:
    return f"arn:{iot.meta.partition}:iot:{iot.meta.region_name}:{LOCAL_ACCOUNT}:cert/{identity.id}"
