"""Thing names, and subjects as `openssl req -subj` takes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Optional

from .errors import UsageError

TUTORIAL_SUBJECT = "/C=US/ST=California/L=Santa Barbara/O=Zymbit/OU=Zymkey/"

THING_NAME = re.compile(r"[a-zA-Z0-9:_-]{1,128}")  # AWS IoT API reference, CreateThing
LONGEST_COMMON_NAME = 64  # RFC 5280 appendix A.1, ub-common-name; openssl refuses more ("string too long")
SPECIAL, ESCAPED = re.compile(r"([\\/+])"), r"\\\1"  # what parts of a subject are told apart by
COMMON_NAME_TYPES = ("CN", "commonName", "2.5.4.3")


def checked_thing_name(name: str) -> str:
    """Return the name, when AWS takes it for a thing and X.509 as a common name; UsageError otherwise."""
    if not THING_NAME.fullmatch(name):
        raise UsageError(
            f"thing name {name!r}: 1 to 128 characters out of a-z A-Z 0-9 : _ - are allowed (AWS IoT's rule)"
        )
    if len(name) > LONGEST_COMMON_NAME:
        raise UsageError(
            f"thing name {name!r} has {len(name)} characters: AWS would take 128, but it is the certificate's"
            f" common name, and X.509 allows that {LONGEST_COMMON_NAME} (RFC 5280, ub-common-name)"
        )
    return name


def with_thing_name(subject: str, name: str) -> str:
    """Return the subject with the thing's name as its one common name, at the end."""
    kept = [rdn for rdn in map(_without_common_name, _split(subject, "/")) if rdn]
    return "/" + "/".join([*kept, f"CN={checked_thing_name(name)}"])


def subject_of(attributes: Iterable[tuple[str, str]]) -> str:
    """Write a certificate's subject in openssl's form again, e.g. for its renewal."""
    return "".join(f"/{name}={SPECIAL.sub(ESCAPED, value)}" for name, value in attributes)


def common_name(subject: str) -> Optional[str]:
    """Return the common name in a subject, or None."""
    return next(iter(_common_names(subject)), None)


def checked_subject(subject: str) -> str:
    """Return the subject, when openssl would understand its form; UsageError otherwise."""
    if not subject.startswith("/") or not all("=" in rdn for rdn in _split(subject, "/") if rdn):
        raise UsageError(f"subject {subject!r}: write it as openssl does, {TUTORIAL_SUBJECT!r}")
    names = _common_names(subject)
    for name in names:
        checked_thing_name(name)
    if len(names) > 1:
        raise UsageError(f"subject {subject!r}: has {len(names)} common names; a device has one")
    return subject


def _common_names(subject: str) -> list[str]:
    pairs = [pair.partition("=") for rdn in _split(subject, "/") for pair in _split(rdn, "+")]
    return [value for kind, _, value in pairs if _is_name(kind)]


def _without_common_name(rdn: str) -> str:
    """Handle one relative distinguished name, of which `+` may join several parts."""
    return "+".join(pair for pair in _split(rdn, "+") if not _is_name(pair.partition("=")[0]))


def _is_name(kind: str) -> bool:
    return kind.strip() in COMMON_NAME_TYPES


def _split(text: str, separator: str) -> list[str]:
    """Split where the separator is not escaped by a backslash."""
    return re.findall(rf"(?:\\.|[^{re.escape(separator)}\\])+", text, re.DOTALL)
