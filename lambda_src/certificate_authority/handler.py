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
from certificate_authority.explanation import explain
from certificate_authority.permission import once_allowed
from certificate_authority.properties import AuthorityProperties, read_properties
from certificate_authority.registration import Registration
from contract import AuthorityProperty
from pki.custody import custody
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

    Returns PhysicalResourceId, the authority's certificate id, and in Data CertificateId, CertificateArn and
    NotAfter (ISO 8601, UTC).

    Raises:
        AuthorityFailed: AWS refused a call; what this event had brought about is taken back.
        InvalidProperties, UnusableKey, OccupiedParameter, BadSignature: see there.
    """
    try:
        return _ANSWERS[event["RequestType"]](event)
    except ClientError as error:
        raise AuthorityFailed(explain(error)) from error


def _create(event: Event) -> dict[str, Any]:
    return _establish(event, current_id=None)


def _update(event: Event) -> dict[str, Any]:
    return _establish(event, current_id=event["PhysicalResourceId"])


def _delete(event: Event) -> dict[str, Any]:
    # The name alone is read: a resource with properties that were never valid must be deletable too.
    name = str(event["ResourceProperties"].get(AuthorityProperty.CERTIFICATE_PARAMETER))
    _authority(name).remove(event["PhysicalResourceId"])
    return {"PhysicalResourceId": event["PhysicalResourceId"]}


_ANSWERS: dict[str, Callable[[Event], dict[str, Any]]] = {
    "Create": _create,
    "Update": _update,
    "Delete": _delete,
}


def _establish(event: Event, current_id: str | None) -> dict[str, Any]:
    wanted: AuthorityProperties = read_properties(event["ResourceProperties"])
    keys = custody(wanted.custody, wanted.key_id, _connect)
    # The first call to AWS, so it is the one that meets a role that is not known everywhere yet.
    key = once_allowed(lambda: keys.create_key(wanted.algorithm))
    return _answer(_authority(wanted.parameter).establish(wanted, key, current_id))


def _answer(established: Established) -> dict[str, Any]:
    ca_id = certificate_id(established.certificate)
    return {
        "PhysicalResourceId": ca_id,
        "Data": {
            "CertificateId": ca_id,
            "CertificateArn": established.arn,
            "NotAfter": established.certificate.not_valid_after_utc.isoformat(),
        },
    }


def _authority(parameter: str) -> Authority:
    return Authority(CertificateParameter(_connect("ssm"), parameter), Registration(_connect("iot")))


@cache
def _connect(service: str) -> Any:  # noqa: ANN401  # boto3 makes a class for each service
    return boto3.client(service, config=_PATIENT)  # type: ignore[call-overload]  # the stubs know literals only
