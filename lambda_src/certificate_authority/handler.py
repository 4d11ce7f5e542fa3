"""The custom resource's function, behind the provider framework of the AWS CDK.

The framework (aws-cdk-lib, `custom_resources.Provider`) wants an id and data returned, or an error raised. No
private key is ever in an event, an answer or a log.
"""

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from certificate_authority.authority import Authority, Established
from certificate_authority.certificate_parameter import CertificateParameter
from certificate_authority.devices import DeviceCertificates
from certificate_authority.explanation import explain
from certificate_authority.origin import open_origin
from certificate_authority.owner import owner_of
from certificate_authority.properties import read_properties
from certificate_authority.registration import Registration
from certificate_authority.search import Former
from contract import AuthorityProperty, Openness
from pki.identity import certificate_id

logging.getLogger().setLevel(logging.INFO)

_PATIENT = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 5})
"""AWS IoT takes ten calls a second for authorities, from the whole account. A call that hangs is given up
while there is time to take back what was done: the function has two minutes."""

Event = dict[str, Any]


class AuthorityFailed(Exception):  # noqa: N818  # named for what happened
    """What CloudFormation shows to the person who deploys."""


def on_event(event: Event, _context: object) -> dict[str, Any]:
    """Handle one event of CloudFormation.

    Returns PhysicalResourceId, the authority's certificate id, and in Data CertificateId, CertificateArn,
    NotAfter (ISO 8601, UTC) and Mended: what somebody had changed by hand and was put right, as a code, or
    nothing (see `authority`).

    Raises:
        AuthorityFailed: AWS refused a call; what this event had brought about is taken back.
        InvalidProperties, UnusableKey, BadSignature, UnfitCertificate, and what is in `refusal`: see there.
    """
    try:
        return _ANSWERS[event["RequestType"]](event)
    except ClientError as error:
        raise AuthorityFailed(explain(error)) from error


def _create(event: Event) -> dict[str, Any]:
    return _establish(event, former=None)


def _update(event: Event) -> dict[str, Any]:
    old = event["OldResourceProperties"]
    declared, tags = old.get(AuthorityProperty.OPENNESS, Openness.OPEN), old.get(AuthorityProperty.TAGS)
    former = Former(
        event["PhysicalResourceId"],
        Openness(declared) if declared in set(Openness) else None,
        tags if isinstance(tags, dict) else (),
    )
    return _establish(event, former)


def _delete(event: Event) -> dict[str, Any]:
    # Little is read: a resource with properties that were never valid must be deletable too.
    given = event["ResourceProperties"]
    anyway = given.get(AuthorityProperty.DELETE_WITH_CERTIFICATES) == "true"
    devices = None if anyway else DeviceCertificates(_connect("iot"))
    _authority(event, str(given.get(AuthorityProperty.CERTIFICATE_PARAMETER))).remove(
        event["PhysicalResourceId"], devices
    )
    return {"PhysicalResourceId": event["PhysicalResourceId"]}


_ANSWERS: dict[str, Callable[[Event], dict[str, Any]]] = {
    "Create": _create,
    "Update": _update,
    "Delete": _delete,
}


def _establish(event: Event, former: Former | None) -> dict[str, Any]:
    wanted = read_properties(event["ResourceProperties"])
    origin = open_origin(wanted, _connect)
    return _answer(_authority(event, wanted.parameter).establish(wanted, origin, former))


def _answer(established: Established) -> dict[str, Any]:
    ca_id = certificate_id(established.certificate)
    return {
        "PhysicalResourceId": ca_id,
        "Data": {
            "CertificateId": ca_id,
            "CertificateArn": established.arn,
            "NotAfter": established.certificate.not_valid_after_utc.isoformat(),
            "Mended": established.mended or "",
        },
    }


def _authority(event: Event, parameter: str) -> Authority:
    registration = Registration(_connect("iot"), owner_of(event))
    return Authority(CertificateParameter(_connect("ssm"), parameter), registration)


@cache
def _connect(service: str) -> Any:  # noqa: ANN401  # boto3 makes a class for each service
    return boto3.client(service, config=_PATIENT)  # type: ignore[call-overload]  # the stubs know literals only
