"""An authority whose key its owner keeps: registered by a deploy, its devices imported."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fleet import Cdk, Fleet
from owner import Owner

from jitr.local import LocalAws
from pki.identity import certificate_id
from tests.unit.owners_ca import pem

PLACE = """
local = true
account = "000000000000"
region = "us-east-1"
log_retention_days = 1
"""
FACTORY = """
[authorities.factory]
state = "trusted"
custody = "external"
certificate = "factory.pem"
"""
VERIFIED = 'verification_certificate = "verification.pem"\n'
JITR = Path(sys.executable).parent / "jitr"


Deploy = Callable[..., str]


@pytest.fixture
def owner(tmp_path: Path) -> Owner:
    """An authority of its own for each test, since AWS holds each only once; the certificate is in a file."""
    made = Owner()
    (tmp_path / "factory.pem").write_text(pem(made.certificate))
    return made


@pytest.fixture
def factory(aws: LocalAws, owner: Owner, tmp_path: Path) -> Fleet:
    """An environment of its own for each test."""
    return Fleet(aws, f"f{secrets.token_hex(4)}", tmp_path / "devices")


@pytest.fixture
def deploy(cdk: Cdk, factory: Fleet, tmp_path: Path) -> Deploy:
    """Deploy (or destroy) the environment with these lines in its file."""

    def run(*lines: str, doing: tuple[str, ...] = ("deploy", "--require-approval", "never")) -> str:
        (tmp_path / f"{factory.environment}.toml").write_text(PLACE + "".join(lines))
        return cdk(doing[0], f"{factory.environment}/*", *doing[1:], environments=tmp_path)

    return run


def jitr(fleet: Fleet, folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(JITR), *map(str, words)],
        env=os.environ | fleet.aws.environment() | {"JITR_ENVIRONMENTS": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_device_of_the_owners_authority_comes_in_once_its_certificate_is_imported(
    factory: Fleet, owner: Owner, deploy: Deploy, tmp_path: Path
) -> None:
    code = factory.client("iot").get_registration_code()["registrationCode"]
    (tmp_path / "verification.pem").write_text(owner.verification(code))
    deploy("delete_authorities_with_certificates = true\n", FACTORY, VERIFIED)
    device = owner.device(factory, "made-offline")

    imported = jitr(
        factory, tmp_path, "issued", "import", device.device.certificate, "-e", factory.environment, "--json"
    )
    first = device.connect()
    factory.await_status(device, "ACTIVE")

    assert imported.returncode == 0, imported.stderr
    assert json.loads(imported.stdout)["recorded"] == 1
    assert first is None
    assert device.publish("made-offline/hello")


def test_verification_certificate_with_another_code_fails_the_deploy_and_leaves_nothing(
    factory: Fleet, owner: Owner, deploy: Deploy, tmp_path: Path
) -> None:
    (tmp_path / "verification.pem").write_text(owner.verification("00" * 32))

    with pytest.raises(AssertionError, match="registration code"):
        deploy(FACTORY, VERIFIED)

    listed = factory.client("iot").list_ca_certificates()["certificates"]
    assert certificate_id(owner.certificate) not in {ca["certificateId"] for ca in listed}


def test_authority_with_devices_is_not_deregistered(factory: Fleet, owner: Owner, deploy: Deploy) -> None:
    sni_only = FACTORY + 'mode = "SNI_ONLY"\n'
    beside = "[authorities.fleet]\n"
    deploy(beside, sni_only)
    stray = owner.device(factory, "stray")
    assert stray.connect() is None  # AWS holds its certificate now, though no record lets it in
    factory.await_status(stray, "INACTIVE")

    with pytest.raises(AssertionError, match="destroy failed"):
        deploy(beside, sni_only, doing=("destroy", "--force"))
    pages = factory.client("cloudformation").get_paginator("describe_stack_events")
    events = pages.paginate(StackName=f"{factory.environment}-jitr").search("StackEvents[]")
    reasons = "\n".join(event.get("ResourceStatusReason", "") for event in events)
    assert "1 device certificate" in reasons
