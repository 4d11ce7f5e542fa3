"""What sets production apart from development: each difference proven, and no other there.

A new difference wants a test of its own, and its name in the tables here.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from aws_cdk.assertions import Template

PROVEN = {
    "DeleteWithCertificates",
    "DeletionPolicy",
    "DeletionProtectionEnabled",
    "LEAF_VALIDITY_DAYS",
    "RetentionInDays",
    "UpdateReplacePolicy",
}
"""Keys of resources that differ, each with a test below."""

IN_DEVELOPMENT_ONLY = {
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "Custom::DevicePolicyRelease",
}
"""All of it is what releases the device policy."""

IN_PRODUCTION_ONLY = {"AWS::CloudWatch::Alarm"}  # test_production_alarms.py


def resources(template: Template, kind: str) -> list[dict[str, Any]]:
    return list(template.find_resources(kind).values())


def properties(template: Template, kind: str) -> dict[str, Any]:
    """The properties of the one resource of a kind."""
    (resource,) = resources(template, kind)
    return resource["Properties"]


def unnamed(environment: str, template: Template) -> dict[str, Any]:
    """The resources, whatever their environment is called; the functions are not built here."""
    text = re.sub(r"\b[0-9a-f]{64}\b", "<asset>", json.dumps(template.to_json()["Resources"]))
    return json.loads(re.sub(rf"\b{environment}\b", "<environment>", text))


def differing(one: Any, other: Any, key: str) -> Iterator[str]:
    """The keys whose values differ."""
    match one, other:
        case dict(), dict():
            for each in one.keys() | other.keys():
                yield from differing(one.get(each), other.get(each), each)
        case list(), list() if len(one) == len(other):
            for first, second in zip(one, other, strict=True):
                yield from differing(first, second, key)
        case _ if one != other:
            yield key


@pytest.fixture
def dev(templates: dict[str, Template]) -> Template:
    return templates["dev"]


@pytest.fixture
def prod(templates: dict[str, Template]) -> Template:
    return templates["prod"]


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("AWS::KMS::Key", "RetainExceptOnCreate"),
        ("AWS::SSM::Parameter", "RetainExceptOnCreate"),
        ("Custom::CertificateAuthority", "RetainExceptOnCreate"),
        ("AWS::IoT::Policy", "RetainExceptOnCreate"),
        ("AWS::DynamoDB::GlobalTable", "Retain"),
        ("AWS::Logs::LogGroup", "Retain"),
    ],
)
def test_production_outlives_its_stack(dev: Template, prod: Template, kind: str, kept: str) -> None:
    assert {each["DeletionPolicy"] for each in resources(dev, kind)} == {"Delete"}
    assert {each["DeletionPolicy"] for each in resources(prod, kind)} == {kept}


@pytest.mark.parametrize(
    "kind",
    [
        "AWS::KMS::Key",
        "AWS::SSM::Parameter",
        "Custom::CertificateAuthority",
        "AWS::IoT::Policy",
        "AWS::DynamoDB::GlobalTable",
        "AWS::Logs::LogGroup",
    ],
)
def test_what_another_one_replaces_in_production_is_kept(dev: Template, prod: Template, kind: str) -> None:
    assert {each["UpdateReplacePolicy"] for each in resources(dev, kind)} == {"Delete"}
    assert {each["UpdateReplacePolicy"] for each in resources(prod, kind)} == {"Retain"}


def test_nobody_deletes_production_s_records(dev: Template, prod: Template) -> None:
    (of_dev,) = properties(dev, "AWS::DynamoDB::GlobalTable")["Replicas"]
    (of_prod,) = properties(prod, "AWS::DynamoDB::GlobalTable")["Replicas"]

    assert (of_dev["DeletionProtectionEnabled"], of_prod["DeletionProtectionEnabled"]) == (False, True)


def test_production_keeps_its_logs_for_a_year(dev: Template, prod: Template) -> None:
    kind = "AWS::Logs::LogGroup"

    assert {each["Properties"]["RetentionInDays"] for each in resources(dev, kind)} == {30}
    assert {each["Properties"]["RetentionInDays"] for each in resources(prod, kind)} == {365}


def test_an_authority_of_production_stays_while_it_has_devices(dev: Template, prod: Template) -> None:
    kind = "Custom::CertificateAuthority"

    assert properties(dev, kind)["DeleteWithCertificates"] == "true"
    assert properties(prod, kind)["DeleteWithCertificates"] == "false"


def test_devices_of_production_hold_their_policy_when_the_stack_goes(dev: Template, prod: Template) -> None:
    dev.resource_count_is("Custom::DevicePolicyRelease", 1)
    prod.resource_count_is("Custom::DevicePolicyRelease", 0)


@pytest.mark.parametrize(("environment", "days"), [("dev", "365"), ("prod", "1825")])
def test_a_device_of_production_has_its_certificate_for_five_years(
    environment: str, days: str, templates: dict[str, Template]
) -> None:
    templates[environment].has_resource_properties(
        "AWS::Lambda::Function", {"Environment": {"Variables": {"LEAF_VALIDITY_DAYS": days}}}
    )


def test_no_other_value_differs(dev: Template, prod: Template) -> None:
    of_dev, of_prod = unnamed("dev", dev), unnamed("prod", prod)
    in_both = of_dev.keys() & of_prod.keys()

    assert {key for name in in_both for key in differing(of_dev[name], of_prod[name], name)} == PROVEN


def test_no_other_resource_is_in_one_of_them_only(dev: Template, prod: Template) -> None:
    of_dev, of_prod = dev.to_json()["Resources"], prod.to_json()["Resources"]

    assert {of_dev[name]["Type"] for name in of_dev.keys() - of_prod.keys()} == IN_DEVELOPMENT_ONLY
    assert {of_prod[name]["Type"] for name in of_prod.keys() - of_dev.keys()} == IN_PRODUCTION_ONLY
