"""What the registration function is told by its environment variables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite

from contract import CERTIFICATE_ID, SecondCertificate, Variable

ACCOUNT = re.compile(r"[0-9]{12}")


class MisconfiguredFunction(Exception):  # noqa: N818 named for what is wrong
    """An environment variable is missing or not what it must be; only a deployment mends it."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """For whom the function registers, with what, and how fast."""

    environment: str
    account: str
    authorities: frozenset[str]
    """Certificate ids of the CAs whose devices are registered here."""
    adopted_authorities: frozenset[str] = frozenset()
    """Those of them whose certificates need no issuance record."""
    device_policy: str
    """Name of the IoT policy that every device gets."""
    records_table: str
    second_certificate: SecondCertificate
    queue: str
    """URL."""
    queue_retention: timedelta
    dead_letter_queue: str
    """URL."""
    registrations_per_second: float
    """This function's share of the quota; as many as may run at once have the same."""
    refusals_per_second: float
    """How many of them may be spent on setting refused certificates INACTIVE."""
    decision_function: str | None = None
    """ARN of the owner's."""
    event_bus: str | None = None
    """Name or ARN of the bus that outcomes are announced on."""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings from environment variables (`contract.Variable`).

        Raises:
            MisconfiguredFunction: which variable, and what it should hold.
        """
        authorities = _certificate_ids(environment, Variable.CA_CERTIFICATE_IDS)
        if not authorities:
            raise MisconfiguredFunction(f"The environment variable {Variable.CA_CERTIFICATE_IDS} is not set.")
        return cls(
            environment=_required(environment, Variable.ENVIRONMENT),
            account=_account(environment),
            authorities=authorities,
            adopted_authorities=_certificate_ids(environment, Variable.ADOPTED_CA_CERTIFICATE_IDS),
            device_policy=_required(environment, Variable.DEVICE_POLICY),
            records_table=_required(environment, Variable.ISSUANCE_RECORDS),
            second_certificate=_rule(environment),
            queue=_required(environment, Variable.REGISTRATION_QUEUE),
            queue_retention=timedelta(seconds=_positive(environment, Variable.QUEUE_RETENTION_SECONDS)),
            dead_letter_queue=_required(environment, Variable.DEAD_LETTER_QUEUE),
            registrations_per_second=_positive(environment, Variable.REGISTRATIONS_PER_SECOND),
            refusals_per_second=_positive(environment, Variable.REFUSALS_PER_SECOND),
            decision_function=environment.get(Variable.DECISION_FUNCTION) or None,
            event_bus=environment.get(Variable.EVENT_BUS) or None,
        )


def _required(environment: Mapping[str, str], variable: Variable) -> str:
    value = environment.get(variable)
    if not value:
        raise MisconfiguredFunction(f"The environment variable {variable} is not set.")
    return value


def _account(environment: Mapping[str, str]) -> str:
    account = _required(environment, Variable.ACCOUNT_ID)
    if not ACCOUNT.fullmatch(account):
        raise MisconfiguredFunction(f"{Variable.ACCOUNT_ID} is {account!r}, expected 12 digits.")
    return account


def _certificate_ids(environment: Mapping[str, str], variable: Variable) -> frozenset[str]:
    listed = environment.get(variable)
    ids = frozenset(listed.split(",")) if listed else frozenset()
    for each in ids:
        if not CERTIFICATE_ID.fullmatch(each):
            raise MisconfiguredFunction(f"{variable} holds {each!r}, expected ids of 64 hex digits.")
    return ids


def _rule(environment: Mapping[str, str]) -> SecondCertificate:
    value = _required(environment, Variable.SECOND_CERTIFICATE)
    try:
        return SecondCertificate(value)
    except ValueError:
        raise MisconfiguredFunction(
            f"{Variable.SECOND_CERTIFICATE} is {value!r}, expected one of {', '.join(SecondCertificate)}."
        ) from None


def _positive(environment: Mapping[str, str], variable: Variable) -> float:
    value = _required(environment, variable)
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not (isfinite(number) and number > 0):
        raise MisconfiguredFunction(f"{variable} is {value!r}, expected a number greater than 0.")
    return number
