"""Authorities in every state, with every custody, in one template."""

from pathlib import Path

import pytest
from aws_cdk.assertions import Template

from tests.unit.owners_ca import key, pem, root

FLEET = '[authorities.fleet-2026]\n[authorities.fleet-2024]\nstate = "trusted"\n'
OLD = '[authorities.fleet-2022]\nstate = "closed"\n[authorities.fleet-2020]\nstate = "retired"\n'
FACTORY = """
[authorities.factory]
state = "trusted"
custody = "external"
mode = "SNI_ONLY"
certificate = "ca.pem"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("authorities")
    (made / "ca.pem").write_text(pem(root("Factory CA", key())))
    (made / "site.toml").write_text('tags = { Team = "fleet" }\n' + FLEET + OLD + FACTORY)
    for region in ("eu-central-1", "us-east-1"):
        (made / f"factory-{region}.toml").write_text(
            f'account = "123456789012"\nregion = "{region}"\n{FACTORY}'
        )
    return made


@pytest.fixture(scope="module")
def site(synthesise, folder: Path) -> Template:
    return synthesise("site", folder)


def registrations(template: Template) -> dict[str, dict]:
    found = template.find_resources("Custom::CertificateAuthority").values()
    return {r["Properties"]["CertificateParameter"].split("/")[-2]: r["Properties"] for r in found}


def test_each_authority_is_registered_as_its_state_says(site: Template) -> None:
    openness = {name: r["Openness"] for name, r in registrations(site).items()}

    assert openness == {
        "fleet-2026": "open",
        "fleet-2024": "open",
        "fleet-2022": "closed",
        "fleet-2020": "retired",
        "factory": "open",
    }


def test_only_open_authorities_have_a_rule(site: Template) -> None:
    site.resource_count_is("AWS::IoT::TopicRule", 3)


def test_events_that_wait_are_handled_whatever_became_of_their_authority(site: Template) -> None:
    functions = site.find_resources("AWS::Lambda::Function").values()
    (ids,) = [
        f["Properties"]["Environment"]["Variables"]["CA_CERTIFICATE_IDS"]
        for f in functions
        if "CA_CERTIFICATE_IDS" in f["Properties"].get("Environment", {}).get("Variables", {})
    ]

    assert len([part for part in ids["Fn::Join"][1] if isinstance(part, dict)]) == 5


def test_external_authority_has_no_key_here(site: Template) -> None:
    factory = registrations(site)["factory"]

    assert factory["Custody"] == "external"
    assert factory["Certificate"].startswith("-----BEGIN CERTIFICATE-----")
    assert "KeyId" not in factory
    site.resource_count_is("AWS::KMS::Key", 4)


def test_only_the_issuing_authoritys_key_can_be_used_by_issuance(site: Template) -> None:
    policies = site.find_resources("AWS::IAM::Policy")
    (issuer,) = [body for name, body in policies.items() if name.startswith("IssuanceIssuer")]
    signing = [s for s in issuer["Properties"]["PolicyDocument"]["Statement"] if "kms:Sign" in s["Action"]]

    assert [s["Resource"]["Fn::GetAtt"][0][:23] for s in signing] == ["Authorityfleet2026KeyP2"]


def test_registration_carries_the_environments_tags(site: Template) -> None:
    tags = registrations(site)["factory"]["Tags"]

    assert tags == {"Environment": "site", "Project": "aws-iot-jitr", "Team": "fleet"}


def test_one_authority_serves_several_regions_by_server_name(synthesise, folder: Path) -> None:
    # SNI_ONLY: many accounts and Regions may hold it, and none needs a verification certificate.
    templates = [synthesise(f"factory-{region}", folder) for region in ("eu-central-1", "us-east-1")]
    factories = [registrations(template)["factory"] for template in templates]

    assert {factory["Mode"] for factory in factories} == {"SNI_ONLY"}
    assert factories[0]["Certificate"] == factories[1]["Certificate"]


def test_environment_that_only_trusts_others_signs_nothing(synthesise, folder: Path) -> None:
    template = synthesise("factory-us-east-1", folder)

    assert "IssuanceFunction" not in template.find_outputs("*")
    assert "DevicePolicy" in template.find_outputs("*")
