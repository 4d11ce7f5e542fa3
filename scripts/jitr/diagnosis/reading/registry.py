"""The registry of AWS IoT: the certificate, its thing, and the policies that count for both."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from jitr.aws_errors import DENIED, code_of
from jitr.diagnosis.facts import Attachment, HeldPolicy, RegisteredCertificate, Thing
from jitr.diagnosis.reading.reader import Reader, missing_is_none, paged

if TYPE_CHECKING:
    from mypy_boto3_iot.type_defs import CertificateDescriptionTypeDef


def certificate(reader: Reader, id_: str) -> tuple[RegisteredCertificate, str] | None:
    """Read a certificate and its PEM; None when AWS IoT does not hold it."""
    answer = missing_is_none(lambda: reader.iot.describe_certificate(certificateId=id_))
    if answer is None:
        return None
    found = answer["certificateDescription"]
    return _certificate(found), found.get("certificatePem", "")


def _certificate(found: "CertificateDescriptionTypeDef") -> RegisteredCertificate:
    return RegisteredCertificate(
        id=found["certificateId"],
        arn=found["certificateArn"],
        status=found["status"],
        authority=found.get("caCertificateId"),
        created=found.get("creationDate"),
        changed=found.get("lastModifiedDate"),
    )


def thing(reader: Reader, name: str) -> Thing | None:
    """Read a thing and the groups it is in; None when the registry has none of that name."""
    found = missing_is_none(lambda: reader.iot.describe_thing(thingName=name))
    if found is None:
        return None
    groups = paged(reader.iot, "list_thing_groups_for_thing", "thingGroups", thingName=name)
    return Thing(
        name,
        type=found.get("thingTypeName"),
        attributes=dict(found.get("attributes") or {}),
        groups=tuple(group["groupArn"] for group in groups),
    )


def principals(reader: Reader, name: str) -> tuple[str, ...]:
    """Read the ids of the certificates that are attached to a thing; none where there is no thing."""
    found = missing_is_none(
        lambda: list(paged(reader.iot, "list_thing_principals", "principals", thingName=name))
    )
    return tuple(arn.rpartition("/")[2] for arn in found or () if ":cert/" in arn)


def attached(reader: Reader, arn: str) -> tuple[Attachment, ...]:
    """Read the things that a certificate is attached to, and how, where AWS IoT says that."""
    try:
        things = paged(reader.iot, "list_principal_things_v2", "principalThingObjects", principal=arn)
        return tuple(
            Attachment(each["thingName"], each.get("thingPrincipalType") == "EXCLUSIVE_THING")
            for each in things
        )
    except ClientError as error:
        if code_of(error) in DENIED:
            raise
    # Not every endpoint has the newer call.
    names = missing_is_none(lambda: list(paged(reader.iot, "list_principal_things", "things", principal=arn)))
    return tuple(map(Attachment, names or ()))


def policies(reader: Reader, arn: str, groups: tuple[str, ...]) -> tuple[HeldPolicy, ...]:
    """Read the policies that a certificate has itself, and through its thing's groups and their parents."""
    return tuple(policy for target in (arn, *groups) for policy in _held_by(reader, target))


def _held_by(reader: Reader, target: str) -> Iterator[HeldPolicy]:
    grouped = ":thinggroup/" in target
    held = missing_is_none(
        lambda: list(
            paged(reader.iot, "list_attached_policies", "policies", target=target, recursive=grouped)
        )
    )
    for each in held or ():
        document = missing_is_none(partial(reader.iot.get_policy, policyName=each["policyName"]))
        if document is not None:
            yield HeldPolicy(each["policyName"], document["policyDocument"], target)
