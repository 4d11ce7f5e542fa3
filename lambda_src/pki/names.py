"""What may stand in a subject (RFC 5280, 4.1.2.4 and Appendix A.1)."""

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID, ObjectIdentifier

_FIELDS: dict[str, ObjectIdentifier] = {
    "country": NameOID.COUNTRY_NAME,
    "state": NameOID.STATE_OR_PROVINCE_NAME,
    "locality": NameOID.LOCALITY_NAME,
    "organization": NameOID.ORGANIZATION_NAME,
    "organizational_unit": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "common_name": NameOID.COMMON_NAME,
}
"""Fields of an authority's subject, in the order in which they are written."""

_DEVICE_FIELDS = _FIELDS | {
    "dn_qualifier": NameOID.DN_QUALIFIER,
    "email_address": NameOID.EMAIL_ADDRESS,
    "pseudonym": NameOID.PSEUDONYM,
    "serial_number": NameOID.SERIAL_NUMBER,
    "title": NameOID.TITLE,
}
"""Attributes of a device's subject by the names that templates know."""

LONGEST_THING_NAME = 128
"""AWS IoT, CreateThing. RFC 5280 gives a common name 64 characters (ub-common-name); a device's may be
as long as its thing's name. OpenSSL and `cryptography` read such names; linters report the bound."""

_UPPER_BOUNDS: dict[ObjectIdentifier, int] = {
    NameOID.COUNTRY_NAME: 2,
    NameOID.STATE_OR_PROVINCE_NAME: 128,
    NameOID.LOCALITY_NAME: 128,
    NameOID.ORGANIZATION_NAME: 64,
    NameOID.ORGANIZATIONAL_UNIT_NAME: 64,
    NameOID.COMMON_NAME: LONGEST_THING_NAME,
    NameOID.SERIAL_NUMBER: 64,
    NameOID.TITLE: 64,
    NameOID.PSEUDONYM: 128,
    NameOID.EMAIL_ADDRESS: 255,
}
_LONGEST_OTHER = 256
"""For attributes that RFC 5280 does not bound: what a person would still call a name."""

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


class _Form(NamedTuple):
    pattern: re.Pattern[str]
    description: str


_FORMS = {
    NameOID.COUNTRY_NAME: _Form(re.compile("[A-Z]{2}"), "a country code of two capital letters (ISO 3166)"),
    NameOID.EMAIL_ADDRESS: _Form(  # the usual part of RFC 5321's Mailbox
        re.compile(rf"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}"),
        "an e-mail address, such as fleet@example.com",
    ),
}

_DIRECTORY_STRING = {_ASN1Type.UTF8String, _ASN1Type.PrintableString}
"""Of DirectoryString's kinds, those for new certificates; that characters fit a type is seen on reading."""

_STRING_TYPES = {
    NameOID.COUNTRY_NAME: {_ASN1Type.PrintableString},
    NameOID.SERIAL_NUMBER: {_ASN1Type.PrintableString},
    NameOID.DN_QUALIFIER: {_ASN1Type.PrintableString},
    NameOID.EMAIL_ADDRESS: {_ASN1Type.IA5String},
    NameOID.DOMAIN_COMPONENT: {_ASN1Type.IA5String},
}


class UnfitName(ValueError):  # noqa: N818  # named for what happened
    """A subject holds what does not belong into one; the text says which attribute, and why."""


def subject_name(fields: Mapping[str, str]) -> x509.Name:
    """Write an authority's subject.

    `fields` may hold country (two capital letters), state, locality, organization, organizational_unit and
    common_name; at least one of them. They are written in this order.

    Raises:
        UnfitName: an unknown field, an empty, unprintable or too long value.
    """
    unknown = fields.keys() - _FIELDS.keys()
    if unknown or not fields:
        raise UnfitName(f"unknown {sorted(unknown)}; give one or more of {', '.join(_FIELDS)}")
    return x509.Name([_attribute(field, fields[field]) for field in _FIELDS if field in fields])


def _attribute(field: str, value: str) -> x509.NameAttribute[str]:
    try:
        attribute = x509.NameAttribute(_FIELDS[field], value)
        _check_attribute(attribute)
    except ValueError as error:
        raise UnfitName(f"{field} {value!r:.200}: {error}") from None
    return attribute


def check_subject(subject: x509.Name) -> None:
    """See that a subject is text that every reader of certificates reads the same way.

    The string types are those that RFC 5280 lets new certificates have: UTF8String and PrintableString, and
    IA5String where an attribute is defined so. The common name may have 128 characters, as a thing's name.

    Raises:
        UnfitName: it is not; the text says which attribute, and why.
    """
    for rdn in subject.rdns:
        for attribute in rdn:
            try:
                _check_attribute(attribute)
                _check_alone(attribute.oid, rdn)
            except UnfitName as unfit:
                raise UnfitName(f"{attribute.rfc4514_attribute_name} {unfit}") from None


def subject_fields(subject: x509.Name) -> dict[str, str]:
    """Give the attributes of a device's subject by name, those that it has exactly once."""
    values = {
        field: [str(each.value) for each in subject.get_attributes_for_oid(oid)]
        for field, oid in _DEVICE_FIELDS.items()
    }
    return {field: found[0] for field, found in values.items() if len(found) == 1}


def _check_attribute(attribute: x509.NameAttribute[str] | x509.NameAttribute[str | bytes]) -> None:
    value = attribute.value
    longest = _UPPER_BOUNDS.get(attribute.oid, _LONGEST_OTHER)
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise UnfitName("must be printable text, without line breaks or control characters, and not empty")
    if len(value) > longest:
        raise UnfitName(f"is {len(value)} characters long; at most {longest} are allowed")
    form = _FORMS.get(attribute.oid)
    if form and not form.pattern.fullmatch(value):
        raise UnfitName(f"must be {form.description}")
    string_type = attribute._type  # no public member tells it
    if string_type not in _STRING_TYPES.get(attribute.oid, _DIRECTORY_STRING):
        raise UnfitName(f"is a {string_type.name}, which RFC 5280 does not allow here")


def _check_alone(oid: ObjectIdentifier, rdn: x509.RelativeDistinguishedName) -> None:
    if len(rdn.get_attributes_for_oid(oid)) > 1:
        raise UnfitName("stands twice in one relative distinguished name (X.501, 9.3)")


@contextmanager
def long_names() -> Iterator[None]:
    """Read names longer than RFC 5280 allows without the warning that `cryptography` gives for each."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Attribute's length must be", category=UserWarning)
        yield
