"""Each function's bill of materials: valid CycloneDX, and neither more nor less than what is in its zip."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

import sbom
from jitr_stack import bundling, settings
from jitr_stack.bill_of_materials import bill_of_materials
from jitr_stack.bundling import LocalBundling
from jitr_stack.platform import Platform

SCHEMA = JsonStrictValidator(SchemaVersion.V1_6)
PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    LocalBundling(["records", "pki"], Platform("arm64"), requirements=True).try_bundle(str(folder))
    return folder


@pytest.fixture(scope="module")
def bill(bundle: Path) -> str:
    return bill_of_materials("issuance", "1.2.3", bundle)


def test_it_is_valid_cyclonedx(bill: str) -> None:
    assert SCHEMA.validate_str(bill) is None


def test_an_invalid_bill_would_be_found(bill: str) -> None:
    assert SCHEMA.validate_str(bill.replace('"SHA-256"', '"SHA-255"')) is not None


def test_it_is_of_the_function_in_its_version(bill: str) -> None:
    about = json.loads(bill)["metadata"]["component"]

    assert (about["type"], about["name"], about["version"]) == ("application", "issuance", "1.2.3")


def test_its_libraries_are_the_locked_ones_and_those_in_the_zip(bill: str, bundle: Path) -> None:
    listed = {(library["name"], library["version"]) for library in json.loads(bill)["components"]}

    assert listed == set(PINNED.findall(bundling.REQUIREMENTS.read_text()))
    assert {f"{name}-{version}.dist-info" for name, version in listed} == {
        path.name for path in bundle.glob("*.dist-info")
    }


def test_every_file_of_the_zip_is_listed_once_with_its_hash(bill: str, bundle: Path) -> None:
    document = json.loads(bill)
    holders = [document["metadata"]["component"], *document["components"]]
    listed = [
        (file["name"], file["hashes"][0]["content"]) for holder in holders for file in holder["components"]
    ]

    assert sorted(listed) == sorted(
        (path.relative_to(bundle).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in bundle.rglob("*")
        if path.is_file()
    )


def test_own_files_are_the_functions_and_no_librarys(bill: str) -> None:
    own = json.loads(bill)["metadata"]["component"]["components"]

    assert {file["name"].partition("/")[0] for file in own} == {
        "contract.py",
        "pki",
        "records",
        "registry.py",
        "telemetry.py",
    }


def test_it_points_to_the_bills_that_wheels_bring(bill: str) -> None:
    (cryptography,) = [one for one in json.loads(bill)["components"] if one["name"] == "cryptography"]

    assert {reference["type"] for reference in cryptography["externalReferences"]} == {"bom"}
    assert cryptography["licenses"] == [{"expression": "Apache-2.0 OR BSD-3-Clause"}]
    assert cryptography["purl"] == f"pkg:pypi/cryptography@{cryptography['version']}"


def test_the_same_bundle_has_the_same_bill_and_another_bundle_another(bill: str, bundle: Path) -> None:
    again = bill_of_materials("issuance", "1.2.3", bundle)
    other = bill_of_materials("issuance", "1.2.3", bundle / "pki")

    assert again == bill
    assert json.loads(other)["serialNumber"] != json.loads(bill)["serialNumber"]


def test_each_function_that_is_deployed_has_a_bill(tmp_path: Path) -> None:
    written = sbom.write_all(tmp_path, settings.load("prod"))

    assert {str(file.relative_to(tmp_path)) for file in written} == {
        "prod/certificate_authority.cdx.json",
        "prod/issuance.cdx.json",
        "prod/registration.cdx.json",
    }
    assert [SCHEMA.validate_str(file.read_text()) for file in written] == [None, None, None]
