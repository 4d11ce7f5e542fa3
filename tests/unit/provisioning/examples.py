"""Templates and records to test provisioning with."""

from typing import Any

from provisioning.prerequisites import Prerequisites
from provisioning.provisioner import Provisioner
from provisioning.rendering import Environment
from provisioning.template import ProvisioningTemplate

HERE = Environment("test", "123456789012", "eu-west-1")
PLAIN = ProvisioningTemplate()


class NoIot:
    """AWS IoT where nobody may ask it anything."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was called")


def provisioner(template: ProvisioningTemplate = PLAIN, iot: Any = None) -> Provisioner:
    """A provisioner of a template, which by default must ask AWS nothing."""
    return Provisioner(template, HERE, Prerequisites(iot or NoIot()))
