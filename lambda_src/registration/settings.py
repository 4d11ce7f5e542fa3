"""What the registration function is told by its environment variables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from contract import Variable

ACCOUNT = re.compile(r"[0-9]{12}")
CERTIFICATE_ID = re.compile(r"[0-9a-f]{64}")


class MisconfiguredFunction(Exception):  # noqa: N818 named for what is wrong
    """An environment variable is missing or not what it must be; only a deployment mends it."""


@dataclass(frozen=True)
class Settings:
    """For whom the function registers, and with what."""

    account: str
    authorities: frozenset[str]
    """Certificate ids of the CAs whose devices are registered here."""
    device_policy: str
    """Name of the IoT policy that every device gets."""
    records_table: str

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings from environment variables (`contract.Variable`).

        Raises:
            MisconfiguredFunction: which variable, and what it should hold.
        """
        account = _required(environment, Variable.ACCOUNT_ID)
        authorities = frozenset(_required(environment, Variable.CA_CERTIFICATE_IDS).split(","))
        if not ACCOUNT.fullmatch(account):
            raise MisconfiguredFunction(f"{Variable.ACCOUNT_ID} is {account!r}, expected 12 digits.")
        for authority in authorities:
            if not CERTIFICATE_ID.fullmatch(authority):
                raise MisconfiguredFunction(
                    f"{Variable.CA_CERTIFICATE_IDS} holds {authority!r}, expected ids of 64 hex digits."
                )
        return cls(
            account=account,
            authorities=authorities,
            device_policy=_required(environment, Variable.DEVICE_POLICY),
            records_table=_required(environment, Variable.ISSUANCE_RECORDS),
        )


def _required(environment: Mapping[str, str], variable: Variable) -> str:
    value = environment.get(variable)
    if not value:
        raise MisconfiguredFunction(f"The environment variable {variable} is not set.")
    return value
