"""Subjects as openssl writes them: /C=US/ST=California/O=Zymkey/CN=name."""

import re

from jitr.failure import BadUseError

FIELDS = {
    "C": "country",
    "ST": "state",
    "L": "locality",
    "O": "organization",
    "OU": "organizational_unit",
    "CN": "common_name",
}
TUTORIAL = "/C=US/ST=California/L=Santa Barbara/O=Zymkey"
PART = re.compile(r"/((?:[^/\\]|\\.)*)")


def parse(text: str) -> dict[str, str]:
    r"""Read a subject into the fields of `pki.authority.subject_name`; `\/` is a slash in a value.

    Raises:
        BadUseError: no leading slash, an unknown or repeated attribute, an empty value.
    """
    parts = PART.findall(text)
    if not parts or "".join(f"/{part}" for part in parts) != text:
        raise BadUseError(f"--subject {text!r}: must look like {TUTORIAL}/CN=name")
    fields: dict[str, str] = {}
    for part in parts[:-1] if parts[1:] and not parts[-1] else parts:  # the tutorial ends with a slash
        name, equals, value = part.partition("=")
        field = FIELDS.get(name.strip())
        if not equals or field is None or field in fields:
            raise BadUseError(
                f"--subject: {part!r} is not one of {', '.join(FIELDS)}, each once, with a value"
            )
        fields[field] = re.sub(r"\\(.)", r"\1", value)
    return fields
