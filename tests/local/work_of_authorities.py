"""What the role AuthoritiesRegistrarRole is for: authorities made, kept right, and taken away."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from workplace import Workplace

from contract import AuthorityProperty, certificate_parameter, key_parameter, stack_name
from tests.unit.owners_ca import pem

FUNCTION = "AuthoritiesRegistrarFunction"
Properties = Mapping[str, object]


def authorities_come_and_go(place: Workplace) -> None:
    """Do all of it, and leave none behind.

    Raises:
        Broken: something could not be done.
    """
    with nothing_left_behind(place):
        a_life_in_kms(place)
        with no_key_yet(place):
            come_and_go(place, held(place, "spare", "secrets_manager"))
        come_and_go(place, external(place))


def a_life_in_kms(place: Workplace) -> None:
    """Make one, replace it and roll that back, close and tag it, take it away."""
    first = held(place, "fleet", "kms")
    second = {
        **first,
        AuthorityProperty.SUBJECT: {"common_name": "Second"},
        AuthorityProperty.REPLACE: "true",
    }
    closed = {
        **first,
        AuthorityProperty.OPENNESS: "closed",
        AuthorityProperty.TAGS: {"site": "Santa Barbara"},
    }
    made = ask(place, "Create", first)
    replaced = ask(place, "Update", second, was=first, called=made)
    back = ask(place, "Update", first, was=second, called=replaced)
    ask(place, "Delete", second, called=replaced)
    ask(place, "Update", closed, was=first, called=back)
    ask(place, "Delete", closed, called=back)


def come_and_go(place: Workplace, properties: Properties) -> None:
    """Make an authority and take it away."""
    ask(place, "Delete", properties, called=ask(place, "Create", properties))


def ask(
    place: Workplace, what: str, properties: Properties, was: Properties | None = None, called: str = ""
) -> str:
    """Send an event as CloudFormation does, for the resource that the properties' parameter is of."""
    event: dict[str, Any] = {
        "RequestType": what,
        "StackId": f"arn:aws:cloudformation:us-east-1:000000000000:stack/{stack_name('elsewhere')}/1",
        "LogicalResourceId": str(properties[AuthorityProperty.CERTIFICATE_PARAMETER]).split("/")[-2],
        "ResourceProperties": properties,
    }
    if called:
        event |= {"PhysicalResourceId": called, "OldResourceProperties": was or properties}
    return str(place.call(FUNCTION, event)["PhysicalResourceId"])


def held(place: Workplace, authority: str, custody: str) -> dict[str, object]:
    """Properties of a new authority with the key of one that the environment has."""
    name = key_parameter(place.fleet.environment, authority)
    key = place.fleet.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    return {
        AuthorityProperty.CERTIFICATE_PARAMETER: a_parameter(place),
        AuthorityProperty.CUSTODY: custody,
        AuthorityProperty.KEY_ID: key,
        AuthorityProperty.ALGORITHM: "P-256",
        AuthorityProperty.SUBJECT: {"common_name": f"Work {secrets.token_hex(4)}"},
        AuthorityProperty.VALIDITY_DAYS: "30",
    }


def external(place: Workplace) -> dict[str, object]:
    """Properties of an authority whose key is its owner's."""
    return {
        AuthorityProperty.CERTIFICATE_PARAMETER: a_parameter(place),
        AuthorityProperty.CUSTODY: "external",
        AuthorityProperty.MODE: "SNI_ONLY",
        AuthorityProperty.CERTIFICATE: pem(type(place.factory)().certificate),
    }


def a_parameter(place: Workplace) -> str:
    """Name of a parameter that nothing is in yet."""
    return certificate_parameter(place.fleet.environment, f"work-{secrets.token_hex(4)}")


@contextmanager
def no_key_yet(place: Workplace) -> Iterator[None]:
    """The secret of the authority `spare` as it was before its key was made; and with its key again."""
    name = key_parameter(place.fleet.environment, "spare")
    secret = place.fleet.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    client = place.fleet.client("secretsmanager")
    key = client.get_secret_value(SecretId=secret)["SecretString"]
    client.put_secret_value(SecretId=secret, SecretString="nothing yet")
    try:
        yield
    finally:
        client.put_secret_value(SecretId=secret, SecretString=key)


@contextmanager
def nothing_left_behind(place: Workplace) -> Iterator[None]:
    """Take away what the function could not, for want of a permission."""
    iot, ssm = place.fleet.client("iot"), place.fleet.client("ssm")
    before = registered(iot)
    try:
        yield
    finally:
        for ca in registered(iot) - before:
            iot.update_ca_certificate(certificateId=ca, newStatus="INACTIVE")
            iot.delete_ca_certificate(certificateId=ca)
        folder = certificate_parameter(place.fleet.environment, "").partition("//")[0]
        pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=folder, Recursive=True)
        for kept in list(pages.search("Parameters[].Name")):
            if "/work-" in kept:
                ssm.delete_parameter(Name=kept)


def registered(iot: Any) -> set[str]:
    """Ids of all authorities."""
    pages = iot.get_paginator("list_ca_certificates").paginate()
    return {ca["certificateId"] for page in pages for ca in page["certificates"]}
