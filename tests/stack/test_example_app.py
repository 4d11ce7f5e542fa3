"""This package in another app: as a wheel, with the example that embeds its stack, outside the checkout."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from foreign_app import EXAMPLE, ROOT, ForeignApp, built, contents

from jitr_stack.bundling import LocalBundling
from jitr_stack.platform import Platform

pytestmark = pytest.mark.xdist_group("example-app")  # built and synthesised once


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def foreign(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> ForeignApp:
    return ForeignApp(tmp_path_factory.mktemp("foreign"), wheel)


@pytest.fixture(scope="module")
def synthesised(foreign: ForeignApp) -> ForeignApp:
    done = foreign.run("python", "app.py")
    assert done.returncode == 0, done.stderr
    return foreign


def test_wheel_puts_no_name_into_site_packages_but_its_own(wheel: Path) -> None:
    folders = {name.partition("/")[0] for name in contents(wheel)}

    assert {name for name in folders if not name.endswith(".dist-info")} == {"jitr", "jitr_stack"}


def test_source_distribution_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    subprocess.run(["tar", "-xf", built("sdist", ROOT, tmp_path)], cwd=tmp_path, check=True)
    (unpacked,) = (path for path in tmp_path.iterdir() if path.is_dir())

    again = built("wheel", unpacked, tmp_path)

    assert contents(again) == contents(wheel)


def test_example_makes_our_stack_and_its_own(synthesised: ForeignApp) -> None:
    ours, its_own = types_of(synthesised.template("Registration")), types_of(synthesised.template("Fleet"))

    assert {
        "Custom::CertificateAuthority",
        "AWS::IoT::Policy",
        "AWS::KMS::Key",
        "AWS::IoT::TopicRule",
    } <= ours
    assert {"AWS::CloudWatch::CompositeAlarm", "AWS::IoT::TopicRule", "AWS::SNS::Topic"} <= its_own


def test_functions_are_bundled_from_the_wheel(synthesised: ForeignApp) -> None:
    assets = synthesised.assembly

    assert {handler.parent.name for handler in assets.glob("asset.*/*/handler.py")} == {
        "certificate_authority",
        "device_access",
        "issuance",
        "registration",
    }
    assert len(list(assets.glob("asset.*/cryptography/__init__.py"))) == 2  # the authority's and issuance


def test_bundle_of_the_wheel_is_that_of_the_checkout_byte_for_byte(
    synthesised: ForeignApp, tmp_path: Path
) -> None:
    parts = ["issuance", "pki", "provisioning", "records"]
    LocalBundling(parts, Platform("arm64"), requirements=True).try_bundle(str(tmp_path))
    (asset,) = (path.parent.parent for path in synthesised.assembly.glob("asset.*/issuance/handler.py"))

    assert files(asset) == files(tmp_path)


def test_example_s_factory_may_run_jitr_sign_and_nothing_else(synthesised: ForeignApp) -> None:
    policies = [
        body["Properties"]
        for name, body in synthesised.template("Fleet")["Resources"].items()
        if name.startswith("FactoryDefaultPolicy")
    ]

    assert [s["Action"] for policy in policies for s in policy["PolicyDocument"]["Statement"]] == [
        "lambda:InvokeFunction",
        "cloudformation:DescribeStacks",
        "ssm:GetParametersByPath",
    ]


def test_example_s_lock_is_the_committed_one(synthesised: ForeignApp) -> None:
    lock = Path("environments") / "fleet.lock.json"

    assert (synthesised.folder / lock).read_text() == (EXAMPLE / lock).read_text()


def test_modules_of_the_app_that_are_named_as_the_runtime_s_are_left_alone(
    foreign: ForeignApp, tmp_path: Path
) -> None:
    for name in ("contract", "registry", "provisioning"):
        (tmp_path / f"{name}.py").write_text("OURS = True\n")
    program = (
        "import sys, registry; from jitr_stack.stack import JitrStack; import contract, provisioning; "
        "print(sys.modules['registry'] is registry, contract.OURS, provisioning.OURS)"
    )

    done = foreign.run("python", "-c", program, PYTHONPATH=str(tmp_path))

    assert done.stdout == "True True True\n", done.stderr


def test_jitr_finds_the_environment_of_the_app_it_stands_in(foreign: ForeignApp) -> None:
    refused = foreign.run("jitr", "endpoint", "-e", "nowhere")

    assert refused.returncode == 2
    assert "environments/nowhere.toml: no such environment file; there are: fleet" in refused.stderr


def test_jitr_makes_an_authority_from_the_wheel(foreign: ForeignApp, tmp_path: Path) -> None:
    done = foreign.run("jitr", "ca", "create", "--out", str(tmp_path / "CA_files"))

    assert done.returncode == 0, done.stderr
    assert "BEGIN CERTIFICATE" in (tmp_path / "CA_files" / "zk_ca.pem").read_text()


@pytest.mark.parametrize("command", ["jitr demo", "jitr local up", "jitr smoke"])
def test_what_wants_a_checkout_says_so(command: str, foreign: ForeignApp) -> None:
    program, *words = command.split()

    refused = foreign.run(program, *words)

    assert refused.returncode == 2
    assert (
        refused.stderr
        == f"jitr: {command} wants a checkout of the repository, and this is the installed package\n"
    )


def test_doctor_finds_no_fault_with_a_machine_that_has_no_checkout(foreign: ForeignApp) -> None:
    examined = json.loads(foreign.run("jitr", "doctor", "-e", "fleet", "--json").stdout)

    found = {each["check"]: each["verdict"] for each in examined["findings"]}
    assert {name: found[name] for name in ("python", "cdk", "environment file", "lock")} == {
        "python": "ok",
        "cdk": "not checked",
        "environment file": "ok",
        "lock": "ok",
    }


def types_of(template: dict[str, Any]) -> set[str]:
    return {body["Type"] for body in template["Resources"].values()}


def files(folder: Path) -> dict[str, bytes]:
    """Content by name of everything below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
