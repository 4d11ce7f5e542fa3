"""What the stack asks of an authority."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from cryptography import x509

from certificate_authority.owner import RESERVED
from contract import AuthorityProperty, CertificateMode, Custody, KeyAlgorithm, Openness
from pki.authority import UnfitName, subject_name
from pki.given import UnfitCertificate, read_authority, read_verification
from pki.path import CertificationPath

Read = TypeVar("Read")

_DAYS = range(1, 36_500 + 1)
"""A hundred years: longer is a slip of the keyboard."""

_TAG_NAME = re.compile(r"[\w\s.:/=+@-]{1,128}")
_TAG_VALUE = re.compile(r"[\w\s.:/=+@-]{0,256}")
"""AWS IoT, `Tag`; `\\w` covers letters and digits of every script."""

_MOST_TAGS = 40
"""Of the 50 that a resource may have, some are this project's, and some may be others'."""


class InvalidProperties(ValueError):  # noqa: N818  # named for what is wrong
    """The custom resource's properties are not what they must be; the text says which, and why."""


@dataclass(frozen=True)
class HeldKey:
    """A key in custody; `key_id` is the ARN of a KMS key or of a secret."""

    custody: Custody
    key_id: str
    algorithm: KeyAlgorithm


@dataclass(frozen=True)
class SelfSigned:
    """An authority whose certificate is made here."""

    key: HeldKey
    subject: x509.Name
    validity: timedelta


@dataclass(frozen=True)
class Subordinate:
    """An authority whose key is held here, and whose certificate another authority signed."""

    key: HeldKey
    path: CertificationPath


@dataclass(frozen=True)
class External:
    """An authority whose key is elsewhere. The verification certificate serves the mode DEFAULT only."""

    path: CertificationPath
    verification: x509.Certificate | None


@dataclass(frozen=True)
class AuthorityProperties:
    """`certificate` and `mode` make an authority's identity: where they differ, it is another authority.

    `parameter` names the Systems Manager parameter in which the authority's certificate (public) is kept,
    with those above it. `replace` allows another identity in place of the one that there is.
    """

    certificate: SelfSigned | Subordinate | External
    parameter: str
    mode: CertificateMode
    openness: Openness
    tags: Mapping[str, str]
    replace: bool


def read_properties(given: Mapping[str, Any]) -> AuthorityProperties:
    """Read a CloudFormation event's ResourceProperties; those of CloudFormation itself are passed over.

    Raises:
        InvalidProperties: one is missing or makes no sense.
    """
    try:
        return AuthorityProperties(
            certificate=_certificate(given),
            parameter=_text(given, AuthorityProperty.CERTIFICATE_PARAMETER),
            mode=CertificateMode(given.get(AuthorityProperty.MODE, CertificateMode.DEFAULT)),
            openness=Openness(given.get(AuthorityProperty.OPENNESS, Openness.OPEN)),
            tags=_tags(given),
            replace=_flag(given, AuthorityProperty.REPLACE),
        )
    except KeyError as missing:
        raise InvalidProperties(f"the property {missing.args[0]} is missing") from None
    except UnfitName as unfit:
        raise InvalidProperties(f"Subject: {unfit}") from None
    except UnfitCertificate as unfit:
        raise InvalidProperties(str(unfit)) from None
    except (ValueError, AttributeError, TypeError) as error:
        raise InvalidProperties(f"a property is not usable: {error!s:.200}") from None


def _flag(given: Mapping[str, Any], name: AuthorityProperty) -> bool:
    value = given.get(name, "false")
    if value not in ("true", "false"):
        raise InvalidProperties(f'{name} must be "true" or "false", not {value!r:.80}')
    return bool(value == "true")


def _certificate(given: Mapping[str, Any]) -> SelfSigned | Subordinate | External:
    custody = Custody(given[AuthorityProperty.CUSTODY])
    if custody is Custody.EXTERNAL:
        path = read_authority(_text(given, AuthorityProperty.CERTIFICATE))
        return External(path, _optional(given, AuthorityProperty.VERIFICATION_CERTIFICATE, read_verification))
    key = HeldKey(
        custody,
        _text(given, AuthorityProperty.KEY_ID),
        KeyAlgorithm(given[AuthorityProperty.ALGORITHM]),
    )
    signed_elsewhere = _optional(given, AuthorityProperty.CERTIFICATE, read_authority)
    if signed_elsewhere is not None:
        return Subordinate(key, signed_elsewhere)
    return SelfSigned(
        key,
        subject_name(given[AuthorityProperty.SUBJECT]),
        _validity(_text(given, AuthorityProperty.VALIDITY_DAYS)),
    )


def _optional(given: Mapping[str, Any], name: AuthorityProperty, read: Callable[[str], Read]) -> Read | None:
    return read(_text(given, name)) if name in given else None


def _text(given: Mapping[str, Any], name: AuthorityProperty) -> str:
    value = given[name]
    if not isinstance(value, str) or not value:
        raise InvalidProperties(f"{name} must be text, not {value!r:.80}")
    return value


def _validity(days: str) -> timedelta:
    if not (days.isascii() and days.isdecimal()) or int(days[:9]) not in _DAYS:
        raise InvalidProperties(
            f"ValidityDays must be a whole number of days, 1 to {_DAYS[-1]}, not {days!r:.80}"
        )
    return timedelta(days=int(days))


def _tags(given: Mapping[str, Any]) -> dict[str, str]:
    tags = given.get(AuthorityProperty.TAGS, {})
    if not isinstance(tags, dict) or len(tags) > _MOST_TAGS:
        raise InvalidProperties(f"Tags must be at most {_MOST_TAGS} names and values")
    for name, value in tags.items():
        if not isinstance(value, str) or not _TAG_NAME.fullmatch(name) or not _TAG_VALUE.fullmatch(value):
            raise InvalidProperties(
                f"the tag {name!r:.140} = {value!r:.80} must be text of letters, digits, spaces and "
                ". : / = + - @ (name 1 to 128, value at most 256 characters)"
            )
        if name.lower().startswith(("aws:", RESERVED)):
            raise InvalidProperties(f"the tag {name!r:.140} must not begin with aws: or {RESERVED}")
    return dict(tags)
