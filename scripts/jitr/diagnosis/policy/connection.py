"""The connection that a policy is evaluated for, and what its policy variables stand for.

AWS IoT Core developer guide, "AWS IoT Core policy variables", "Thing policy variables", and "X.509
Certificate AWS IoT Core policy variables".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

VARIABLE = re.compile(r"\$\{([^}]*)\}")
LITERALS = {"*": "*", "?": "?", "$": "$"}
"""`${*}` and its like stand for the character itself."""
SPECIAL = frozenset("*$+?#")
"""A value that holds one of them is not substituted, so that no name reaches beyond itself."""

OF_A_NAME = {
    "commonname": "common_name",
    "country": "country",
    "organization": "organization",
    "organizationalunit": "organizational_unit",
    "state": "state",
    "localityname": "locality",
    "serialnumber": "serial_number",
    "title": "title",
    "pseudonym": "pseudonym",
    "distinguishednamequalifier": "dn_qualifier",
}
"""AWS's names of the attributes of subject and issuer, and those of `pki.names`."""


class UnknownVariable(Exception):  # noqa: N818  named for what it is
    """A policy variable that is not evaluated here: never guessed, always said."""


@dataclass(frozen=True)
class Connection:
    """Who connects: the certificate's names, the client id, and the thing that AWS IoT takes it for."""

    client_id: str
    thing: str | None = None
    """Name; None where the certificate is attached to none of that name."""
    thing_type: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    subject: Mapping[str, str] = field(default_factory=dict)
    issuer: Mapping[str, str] = field(default_factory=dict)

    def value(self, variable: str) -> str | None:
        """Give what a variable stands for; None where this connection has no such thing.

        Raises:
            UnknownVariable: it is not evaluated here.
        """
        name = variable.lower()
        if name == "iot:clientid":
            return self.client_id
        if name.startswith("iot:connection.thing."):
            return self._of_thing(variable)
        for prefix, names in (("subject", self.subject), ("issuer", self.issuer)):
            attribute = name.removeprefix(f"iot:certificate.{prefix}.")
            if attribute != name and attribute in OF_A_NAME:
                return names.get(OF_A_NAME[attribute])
        raise UnknownVariable(variable)

    def _of_thing(self, variable: str) -> str | None:
        name = variable[len("iot:Connection.Thing.") :]
        if name.lower() == "isattached":
            return "true" if self.thing is not None else "false"
        if name.lower() == "thingname":
            return self.thing
        if name.lower() == "thingtypename":
            return self.thing_type
        attribute = re.fullmatch(r"attributes\[(.+)\]", name, re.IGNORECASE)
        if attribute is None:
            raise UnknownVariable(variable)
        return self.attributes.get(attribute[1])


def pattern(text: str, connection: Connection) -> "re.Pattern[str] | None":
    """Make a pattern of a resource or a value with variables and the wildcards `*` and `?`.

    Returns:
        None where a variable stands for nothing, or for what is not substituted: then nothing matches.

    Raises:
        UnknownVariable: it is not evaluated here.
    """
    expression, end = "", 0
    for found in VARIABLE.finditer(text):
        value = LITERALS.get(found[1])
        if value is None:
            value = connection.value(found[1])
            if value is None or SPECIAL & set(value):
                return None
        expression += _wild(text[end : found.start()]) + re.escape(value)
        end = found.end()
    return re.compile(expression + _wild(text[end:]), re.DOTALL)


def _wild(text: str) -> str:
    return re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")
