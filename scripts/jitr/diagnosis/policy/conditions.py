"""Conditions of a policy's statement, in three values: they hold, they do not, or they are not understood."""

from collections.abc import Callable, Iterable
from enum import Enum

from jitr.diagnosis.policy.connection import Connection, UnknownVariable, pattern


class Holds(Enum):
    """Whether something holds."""

    YES = 1
    NO = 0
    UNKNOWN = -1


def every(answers: Iterable[Holds]) -> Holds:
    """Tell whether all hold: one that does not decides, one that is unknown leaves it open."""
    found = set(answers)
    if Holds.NO in found:
        return Holds.NO
    return Holds.UNKNOWN if Holds.UNKNOWN in found else Holds.YES


def some(answers: Iterable[Holds]) -> Holds:
    """Tell whether one holds."""
    found = set(answers)
    if Holds.YES in found:
        return Holds.YES
    return Holds.UNKNOWN if Holds.UNKNOWN in found else Holds.NO


def conditions_hold(conditions: object, connection: Connection) -> Holds:
    """Evaluate a statement's Condition: operators, each with keys, each with a value or several.

    What is not understood (an operator, a key such as aws:SourceIp) is unknown, never guessed.
    """
    if not isinstance(conditions, dict):
        return Holds.UNKNOWN
    return every(
        _holds(str(operator), str(key), wanted, connection)
        for operator, keys in conditions.items()
        for key, wanted in (keys.items() if isinstance(keys, dict) else [("", None)])
    )


def _holds(operator: str, key: str, wanted: object, connection: Connection) -> Holds:
    values = wanted if isinstance(wanted, list) else [wanted]
    compare = OPERATORS.get(operator.lower())
    if compare is None or not all(isinstance(value, str | bool) for value in values):
        return Holds.UNKNOWN
    negated, matches = compare
    try:
        found = connection.value(key)
        if found is None:  # no such value: nothing equals it
            return Holds.YES if negated else Holds.NO
        equal = any(matches(found, str(value), connection) for value in values)
    except UnknownVariable:
        return Holds.UNKNOWN
    return Holds.YES if equal is not negated else Holds.NO


def _equals(found: str, wanted: str, connection: Connection) -> bool:
    # Wildcards are ordinary characters here; variables are not.
    plain = wanted.replace("${", "\0").replace("*", "${*}").replace("?", "${?}").replace("\0", "${")
    return _like(found, plain, connection)


def _like(found: str, wanted: str, connection: Connection) -> bool:
    wild = pattern(wanted, connection)
    return wild is not None and wild.fullmatch(found) is not None


def _bool(found: str, wanted: str, _connection: Connection) -> bool:
    return found.lower() == wanted.lower()


Compare = Callable[[str, str, Connection], bool]
OPERATORS: dict[str, tuple[bool, Compare]] = {
    "stringequals": (False, _equals),
    "stringnotequals": (True, _equals),
    "stringlike": (False, _like),
    "stringnotlike": (True, _like),
    "bool": (False, _bool),
}
"""By operator: whether it is negated, and how a value is compared."""
