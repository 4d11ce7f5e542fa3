"""What the stack tells this function through its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from contract import Custody, Variable
from provisioning.rendering import Environment
from provisioning.template import ProvisioningTemplate

REGION = "AWS_REGION"
"""Set by Lambda itself (Lambda developer guide, "Defined runtime environment variables")."""


@dataclass(frozen=True)
class Settings:
    """The function's settings: ARN of the key, names of parameter and table, id of the authority."""

    custody: Custody
    key_id: str
    parameter: str
    authority_id: str
    records: str
    validity: timedelta
    template: ProvisioningTemplate
    environment: Environment


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        KeyError, TypeError, ValueError: a variable is missing or makes no sense; the stack sets them all.
    """
    return Settings(
        custody=Custody(environment[Variable.AUTHORITY_CUSTODY]),
        key_id=environment[Variable.AUTHORITY_KEY],
        parameter=environment[Variable.AUTHORITY_CERTIFICATE_PARAMETER],
        authority_id=environment[Variable.AUTHORITY_CERTIFICATE_ID],
        records=environment[Variable.ISSUANCE_RECORDS],
        validity=timedelta(days=int(environment[Variable.LEAF_VALIDITY_DAYS])),
        template=ProvisioningTemplate.from_json(environment[Variable.PROVISIONING_TEMPLATE]),
        environment=Environment(
            environment[Variable.ENVIRONMENT], environment[Variable.ACCOUNT_ID], environment[REGION]
        ),
    )
