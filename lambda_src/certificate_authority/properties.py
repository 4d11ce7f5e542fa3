"""What the stack asks of an authority."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography import x509

from contract import AuthorityProperty, Custody, KeyAlgorithm
from pki.authority import UnfitName, lifetime, subject_name
from pki.keys import SigningKey

_DAYS = range(1, 36_500 + 1)
"""A hundred years: longer is a slip of the keyboard."""


class InvalidProperties(ValueError):  # noqa: N818  # named for what is wrong
    """The custom resource's properties are not what they must be; the text says which, and why."""


@dataclass(frozen=True)
class AuthorityProperties:
    """The properties that make an authority's identity: where one differs, it is another authority.

    `key_id` is the ARN of a KMS key or of a secret, as `custody` says. `parameter` names the Systems Manager
    parameter in which the authority's certificate (public) is kept.
    """

    custody: Custody
    key_id: str
    algorithm: KeyAlgorithm
    validity: timedelta
    subject: x509.Name
    parameter: str

    def describes(self, certificate: x509.Certificate, key: SigningKey) -> bool:
        """Say whether a certificate is the one that was made from these properties with this key."""
        return (
            certificate.subject == self.subject
            and certificate.public_key() == key.public_key()
            and lifetime(certificate) == self.validity
        )


def read_properties(given: Mapping[str, Any]) -> AuthorityProperties:
    """Read a CloudFormation event's ResourceProperties; those of CloudFormation itself are passed over.

    Raises:
        InvalidProperties: one is missing or makes no sense.
    """
    try:
        return AuthorityProperties(
            custody=Custody(given[AuthorityProperty.CUSTODY]),
            key_id=_text(given, AuthorityProperty.KEY_ID),
            algorithm=KeyAlgorithm(given[AuthorityProperty.ALGORITHM]),
            validity=_validity(_text(given, AuthorityProperty.VALIDITY_DAYS)),
            subject=subject_name(given[AuthorityProperty.SUBJECT]),
            parameter=_text(given, AuthorityProperty.CERTIFICATE_PARAMETER),
        )
    except KeyError as missing:
        raise InvalidProperties(f"the property {missing.args[0]} is missing") from None
    except UnfitName as unfit:
        raise InvalidProperties(f"Subject: {unfit}") from None
    except (ValueError, AttributeError, TypeError) as error:
        raise InvalidProperties(f"a property is not usable: {error}") from None


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
