"""The tools of a machine, as the doctor finds them on its PATH and in the checkout."""

import json
from pathlib import Path

import pytest

from jitr.doctor import tools
from jitr.doctor.check import Finding, Verdict
from jitr.doctor.site import Site

SITE = Site("local")
PINNED = "2.1148.1"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder on the PATH, empty."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that pins the CDK CLI and has installed nothing."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps({"devDependencies": {"aws-cdk": PINNED}}))
    return folder


def put(folder: Path, name: str, says: str, code: int = 0) -> None:
    """A program that says something."""
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n")
    program.chmod(0o755)


def install_cdk(checkout: Path, version: str) -> None:
    package = checkout / "node_modules" / "aws-cdk" / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text(json.dumps({"version": version}))


def only(findings: object) -> Finding:
    (finding,) = findings  # type: ignore[misc]
    return finding


@pytest.mark.parametrize(
    ("version", "verdict"),
    [("v24.19.0", Verdict.OK), ("v22.0.0", Verdict.OK), ("v20.19.5", Verdict.FAILED)],
)
def test_node_is_22_or_newer(programs: Path, version: str, verdict: Verdict) -> None:
    put(programs, "node", version)

    found = only(tools.node(SITE))

    assert found.verdict is verdict
    assert version.removeprefix("v") in found.found


@pytest.mark.usefixtures("programs")
def test_without_node_the_way_to_it_is_said() -> None:
    found = only(tools.node(SITE))

    assert (found.verdict, found.advice) == (Verdict.FAILED, tools.ACTIVATE)


@pytest.mark.usefixtures("programs")
def test_the_cdk_cli_is_the_one_that_is_pinned(checkout: Path) -> None:
    install_cdk(checkout, PINNED)

    assert only(tools.cdk(SITE, checkout)).verdict is Verdict.OK


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("version", ["2.1.0", "3.0.0"])
def test_another_cdk_cli_than_the_pinned_one_is_a_failure(checkout: Path, version: str) -> None:
    install_cdk(checkout, version)

    found = only(tools.cdk(SITE, checkout))

    assert (found.verdict, found.advice) == (Verdict.FAILED, tools.INSTALL)
    assert ("by accident" in found.found) is (version == tools.ACCIDENT)


@pytest.mark.usefixtures("programs")
def test_a_cdk_cli_that_is_not_installed_is_a_failure(checkout: Path) -> None:
    assert only(tools.cdk(SITE, checkout)).found == "the CDK CLI is not installed"


def test_another_cdk_on_the_path_is_said(checkout: Path, programs: Path) -> None:
    install_cdk(checkout, PINNED)
    put(programs, "cdk", "3.0.0 (build deadbee)")

    _, found = tools.cdk(SITE, checkout)

    assert found.verdict is Verdict.WARNING
    assert "3.0.0" in found.found
    assert "npx cdk" in str(found.advice)


def test_the_cli_that_this_project_pins_is_never_the_accident() -> None:
    package = json.loads((tools.CHECKOUT / "package.json").read_text())

    assert package["devDependencies"]["aws-cdk"] not in {tools.ACCIDENT, "latest"}


@pytest.mark.usefixtures("programs")
def test_openssl_and_curl_are_missed_by_devices_only() -> None:
    found = [only(look(SITE)).verdict for look in (tools.openssl, tools.curl)]

    assert found == [Verdict.WARNING, Verdict.WARNING]


@pytest.mark.usefixtures("programs")
def test_the_aws_cli_is_not_missed() -> None:
    assert only(tools.aws_cli(SITE)).verdict is Verdict.OK


@pytest.mark.parametrize(("says", "code"), [("1.2.3", 1), ("no number at all", 0)])
def test_a_program_that_does_not_say_its_version_is_as_good_as_none(
    programs: Path, says: str, code: int
) -> None:
    put(programs, "curl", says, code)

    assert tools.version_of("curl", "--version") is None
