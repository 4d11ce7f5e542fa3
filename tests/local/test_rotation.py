"""Rotation is three plain deploys (add, move issuing, retire), and costs no connection."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fleet import Cdk, Fleet
from online import Online, online

from contract import Output
from jitr.local import LocalAws

PLACE = """
local = true
account = "000000000000"
region = "us-east-1"
log_retention_days = 1
delete_authorities_with_certificates = true
"""


def authority(name: str, state: str) -> str:
    return f'[authorities.{name}]\nstate = "{state}"\n'


@pytest.fixture
def group() -> Iterator[Online]:
    with online() as devices:
        yield devices


@pytest.fixture
def fleet(aws: LocalAws, tmp_path: Path) -> Fleet:
    return Fleet(aws, "rotating", tmp_path)


def statuses(fleet: Fleet) -> dict[str, tuple[str, str]]:
    """Status and auto-registration by the year in the authority's name."""
    iot = fleet.client("iot")
    ids = [ca["certificateId"] for ca in iot.list_ca_certificates()["certificates"]]
    described = [iot.describe_ca_certificate(certificateId=ca)["certificateDescription"] for ca in ids]
    return {
        fleet.common_name(ca["certificatePem"]).split()[1]: (ca["status"], ca["autoRegistrationStatus"])
        for ca in described
        if fleet.common_name(ca["certificatePem"]).startswith("rotating ")
    }


def test_fleet_stays_online_from_one_authority_to_the_next(
    fleet: Fleet, group: Online, cdk: Cdk, tmp_path: Path
) -> None:
    def deploy(*authorities: str) -> None:
        (tmp_path / "rotating.toml").write_text(PLACE + "".join(authorities))
        cdk("deploy", "rotating/*", "--require-approval", "never", environments=tmp_path)
        vars(fleet).pop("outputs", None)  # another deploy has other outputs
        assert group.lost == []

    deploy(authority("y2025", "issuing"))
    first = fleet.outputs[Output.ISSUING_AUTHORITY]
    for number in range(4):
        group.join(fleet.registered(f"old-{number}"))

    deploy(authority("y2025", "issuing"), authority("y2026", "trusted"))  # add
    assert fleet.outputs[Output.ISSUING_AUTHORITY] == first
    group.join(fleet.registered("late"))

    unconnected = fleet.device("issued-before-the-move")
    deploy(authority("y2025", "trusted"), authority("y2026", "issuing"))  # move issuing
    assert fleet.outputs[Output.ISSUING_AUTHORITY] != first
    for number in range(4):
        group.join(fleet.registered(f"new-{number}"))
    assert unconnected.connect() is None
    fleet.await_status(unconnected, "ACTIVE")
    group.join(unconnected)

    deploy(authority("y2025", "retired"), authority("y2026", "issuing"))  # retire
    assert statuses(fleet) == {"y2025": ("INACTIVE", "DISABLE"), "y2026": ("ACTIVE", "ENABLE")}
    group.join(fleet.registered("newest"))

    deploy(authority("y2026", "issuing"))  # and, in the end, gone
    assert statuses(fleet) == {"y2026": ("ACTIVE", "ENABLE")}
    assert group.lost == []
    assert group.refused == 0
    assert group.accepted > 100
