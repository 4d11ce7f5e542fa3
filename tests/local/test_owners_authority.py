"""An authority whose key its owner keeps: registered by a deploy, its devices imported."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Cdk
from fleet import Fleet, Identity, request

from jitr.local import LocalAws
from pki.identity import certificate_id
from pki.leaf import leaf_certificate
from pki.request import read_request
from tests.unit.owners_ca import certificate, key, pem, root

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

CA_KEY = key()
CA = root("Factory CA", CA_KEY)

Deploy = Callable[..., str]


@pytest.fixture
def factory(aws: LocalAws, tmp_path: Path) -> Fleet:
    """An environment of its own for each test."""
    (tmp_path / "factory.pem").write_text(pem(CA))
    return Fleet(aws, f"f{secrets.token_hex(4)}", tmp_path / "devices")


@pytest.fixture
def deploy(cdk: Cdk, factory: Fleet, tmp_path: Path) -> Deploy:
    """Deploy (or destroy) the environment with these lines in its file."""

    def run(*lines: str, doing: tuple[str, ...] = ("deploy", "--require-approval", "never")) -> str:
        (tmp_path / f"{factory.environment}.toml").write_text(PLACE + "".join(lines))
        return cdk(doing[0], f"{factory.environment}/*", *doing[1:], environments=tmp_path)

    return run


def verification(code: str) -> str:
    """What the offline authority makes of the registration code."""
    return pem(certificate(code, key().public_key(), "Factory CA", CA_KEY, ca=False))


def made_offline(fleet: Fleet, name: str) -> Identity:
    """A device whose certificate the factory signed by itself."""
    own = key()
    leaf = leaf_certificate(read_request(request(name, own)), CA, CA_KEY, timedelta(days=30))
    return fleet.identity(name, own, leaf)


def jitr(fleet: Fleet, folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(JITR), *map(str, words)],
        env=os.environ | fleet.aws.environment() | {"JITR_ENVIRONMENTS": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_device_of_the_owners_authority_comes_in_once_its_certificate_is_imported(
    factory: Fleet, deploy: Deploy, tmp_path: Path
) -> None:
    code = factory.client("iot").get_registration_code()["registrationCode"]
    (tmp_path / "verification.pem").write_text(verification(code))
    deploy("delete_authorities_with_certificates = true\n", FACTORY, VERIFIED)
    device = made_offline(factory, "made-offline")

    imported = jitr(
        factory, tmp_path, "issued", "import", device.device.certificate, "-e", factory.environment, "--json"
    )
    first = device.connect()
    factory.await_status(device, "ACTIVE")

    assert imported.returncode == 0, imported.stderr
    assert json.loads(imported.stdout)["recorded"] == 1
    assert first is None
    assert device.publish("made-offline/hello")
    deploy(FACTORY, VERIFIED, doing=("destroy", "--force"))


def test_verification_certificate_with_another_code_fails_the_deploy_and_leaves_nothing(
    factory: Fleet, deploy: Deploy, tmp_path: Path
) -> None:
    (tmp_path / "verification.pem").write_text(verification("00" * 32))

    with pytest.raises(AssertionError, match="registration code"):
        deploy(FACTORY, VERIFIED)

    listed = factory.client("iot").list_ca_certificates()["certificates"]
    assert certificate_id(CA) not in {ca["certificateId"] for ca in listed}
    deploy(FACTORY, VERIFIED, doing=("destroy", "--force"))


def test_authority_with_devices_is_not_deregistered_unless_that_is_asked_for(
    factory: Fleet, deploy: Deploy
) -> None:
    sni_only = FACTORY + 'mode = "SNI_ONLY"\n'
    beside = "[authorities.fleet]\n"
    deploy(beside, sni_only)
    stray = made_offline(factory, "stray")
    assert stray.connect() is None  # AWS holds its certificate now, though no record lets it in
    factory.await_status(stray, "INACTIVE")

    with pytest.raises(AssertionError, match="destroy failed"):
        deploy(beside, sni_only, doing=("destroy", "--force"))
    pages = factory.client("cloudformation").get_paginator("describe_stack_events")
    events = pages.paginate(StackName=f"{factory.environment}-jitr").search("StackEvents[]")
    reasons = "\n".join(event.get("ResourceStatusReason", "") for event in events)
    assert "1 device certificate" in reasons

    deploy("delete_authorities_with_certificates = true\n", beside, sni_only)
    deploy(beside, sni_only, doing=("destroy", "--force"))
