"""Settling what a certificate's device becomes: the template filled, and what it names seen to be there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from provisioning.prerequisites import MissingPrerequisite, Prerequisites
from provisioning.rendering import Environment, provisioned
from provisioning.template import ProvisioningTemplate
from records.provisioning import InvalidProvisioning
from records.record import IssuanceRecord


class UnfitProvisioning(Exception):  # noqa: N818  # named for what is wrong
    """A certificate whose device could not become the thing that the template makes of it.

    `reason` is a code for machines (snake case), the text says to a person what was wrong and what to do.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Provisioner:
    """The template of an environment, with all that it takes to fill it."""

    template: ProvisioningTemplate
    environment: Environment
    prerequisites: Prerequisites

    def settle(self, record: IssuanceRecord, subject: Mapping[str, str], now: datetime) -> IssuanceRecord:
        """Give a record, about to be written, with its thing's name and all that the thing is to be.

        `subject` holds the certificate's attributes, as `provisioning.rendering.provisioned` wants them.

        Raises:
            UnfitProvisioning: with the reason bad_thing_name, bad_provisioning, or one of `Prerequisites`.
            botocore.exceptions.ClientError: AWS refused a call.
        """
        try:
            settled = provisioned(record, self.template, subject, self.environment)
            self.prerequisites.check(settled.provisioning, now)
        except InvalidProvisioning as invalid:
            reason = "bad_thing_name" if invalid.key == "thing_name" else "bad_provisioning"
            raise UnfitProvisioning(reason, str(invalid)) from None
        except MissingPrerequisite as missing:
            raise UnfitProvisioning(missing.reason, str(missing)) from None
        return settled
