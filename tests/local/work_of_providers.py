"""What the provider frameworks' roles are for: a function is called, and its answer passed on."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from work_of_authorities import external, nothing_left_behind
from workplace import Workplace, must

from contract import POLICY_NAME_PROPERTY, AuthorityProperty
from pki.path import load_path

AUTHORITIES = "AuthoritiesProviderframeworkonEvent"
RELEASE = "DeviceAccessReleaseProviderframeworkonEvent"
BUCKET = "pared-answers"


def authority_is_handed_on(place: Workplace) -> None:
    """Have an authority made; CloudFormation hears of its id.

    Raises:
        Broken: it does not.
    """
    with nothing_left_behind(place):
        properties = external(place)
        expected = load_path(str(properties[AuthorityProperty.CERTIFICATE])).id
        must_be_handed_on(place, AUTHORITIES, properties, expected)


def release_is_handed_on(place: Workplace) -> None:
    """Have the policy's release made, which takes nothing but an answer.

    Raises:
        Broken: there is none.
    """
    must_be_handed_on(place, RELEASE, {POLICY_NAME_PROPERTY: "none"}, "device-policy-release")


def must_be_handed_on(
    place: Workplace, framework: str, properties: Mapping[Any, object], expected: str
) -> None:
    """Send an event to a framework; CloudFormation must hear the id that the function answers."""
    before = len(place.said(framework))
    with a_place_for_the_answer(place) as (url, answer):
        place.call(framework, creation(place, url, properties))
        heard = answer()["PhysicalResourceId"]
    must(heard == expected, place.said(framework)[before:])


def creation(place: Workplace, url: str, properties: Mapping[Any, object]) -> dict[str, object]:
    """CloudFormation's event."""
    return {
        "RequestType": "Create",
        "ResponseURL": url,
        "StackId": place.stack_id,
        "RequestId": "1",
        "ResourceType": "Custom::Resource",
        "LogicalResourceId": "Resource",
        "ResourceProperties": properties,
    }


@contextmanager
def a_place_for_the_answer(place: Workplace) -> Iterator[tuple[str, Callable[[], dict[str, str]]]]:
    """A URL that takes an answer, as CloudFormation's are, and how to read what came."""
    s3 = place.fleet.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    there: dict[str, Any] = {"Bucket": BUCKET, "Key": "answer"}

    def answer() -> dict[str, str]:
        read: dict[str, str] = json.loads(s3.get_object(**there)["Body"].read())
        return read

    try:
        yield s3.generate_presigned_url("put_object", there), answer
    finally:
        s3.delete_object(**there)
        s3.delete_bucket(Bucket=BUCKET)
