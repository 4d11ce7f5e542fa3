"""Settings of an environment: its TOML file and what all inherit, validated before anything is synthesised.

Reads files only: no AWS call, no aws_cdk import, so that the commands start quickly.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from contract import Custody, SecondCertificate
from jitr_stack import layers
from jitr_stack.alarms import Alarms
from jitr_stack.authorities import Authority, Days, Strict, Tags, with_common_name
from jitr_stack.authorities_together import distinct_subjects, one_issuing_authority, tags_that_fit
from jitr_stack.capacity import Capacity
from jitr_stack.delivery import Delivery
from jitr_stack.environments import ENVIRONMENTS, names
from jitr_stack.layers import Layers
from jitr_stack.provisioning import Provisioning
from jitr_stack.quotas import Quotas
from jitr_stack.setting_types import Account, EventBus, Flag, FunctionArn, LogRetention, Name, Region
from jitr_stack.toml_file import UnreadableFile

LOCAL_ACCOUNT = "000000000000"
"""Account of the embedded AWS; no real account has it."""


class SettingsError(Exception):
    """An environment file that cannot be used; the text is one line naming file and key."""


class Settings(Strict):
    """One environment, resolved."""

    name: Name
    local: Flag = False
    """Whether it is on the embedded AWS, with the concessions that this needs; needs its account."""
    account: Account | None = None
    """Where; otherwise `CDK_DEFAULT_ACCOUNT`, which the CDK CLI takes from the credentials."""
    region: Region | None = None
    """Where; otherwise `CDK_DEFAULT_REGION`, likewise."""
    architecture: Literal["arm64", "x86_64"] = "arm64"
    """Processor of the functions."""
    removal: Literal["destroy", "retain"] = "destroy"
    """`retain`: keys, records, authorities, logs and the device policy outlive the stack."""
    termination_protection: Flag = False
    """Whether CloudFormation refuses to delete the stack; `cdk deploy` sets it."""
    log_retention_days: LogRetention = 30
    """Days that logs are kept: what CloudWatch Logs offers."""
    device_validity_days: Days = 1825
    """Days that a device's certificate is valid, never past its authority's."""
    delete_authorities_with_certificates: Flag = False
    """Whether an authority that still has device certificates may be deregistered."""
    require_issuance_record: Flag = True
    """`false` takes certificates of external authorities without a record."""
    second_certificate: SecondCertificate = SecondCertificate.REPLACE
    """Of a thing that has one: `refuse` it, `replace` the first, which is deactivated, or `keep_both`."""
    fleet_size: Annotated[int, Field(strict=True, ge=1)] = 100_000
    """Devices that may be switched on at once: how long the queue must keep messages."""
    quotas: Quotas = Quotas()
    alarms: Alarms = Alarms()
    """What is watched, and who is told."""
    decision_function: FunctionArn | None = None
    """ARN of a Lambda function that is asked about each device: `allow`, `refuse`, `hold`."""
    event_bus: EventBus | None = None
    """EventBridge bus on which each outcome is announced: its name here, or an ARN."""
    authorities: Annotated[dict[Name, Authority], Field(min_length=1)]
    provisioning: Provisioning = Provisioning()
    delivery: Delivery | None = None
    """When the pipeline deploys it, if there is one; without it, never."""
    tags: Tags = Field(default_factory=dict)
    """Put on every resource, beside `Environment`, `Project` and `Version`, which are the project's own;
    with those of an authority 47 at most."""

    @model_validator(mode="before")
    @classmethod
    def named_subjects(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Give an authority without a common name one that no other environment or authority has.

        AWS allows ten authorities with one subject in an account, so each gets its own.
        """
        authorities = values.get("authorities")
        if not isinstance(authorities, dict) or "name" not in values:
            return values
        return values | {
            "authorities": {
                name: with_common_name(values["name"], name, a) for name, a in authorities.items()
            }
        }

    @model_validator(mode="after")
    def authorities_of_one_environment(self) -> Self:
        """Require of the authorities together what none of them can tell alone."""
        one_issuing_authority(self.authorities)
        distinct_subjects(self.authorities)
        tags_that_fit(self.authorities, self.tags)
        return self

    @model_validator(mode="after")
    def local_is_no_real_account(self) -> Self:
        """Keep the local concessions out of every real account."""
        if self.local and self.account != LOCAL_ACCOUNT:
            raise ValueError(
                f'local: needs account = "{LOCAL_ACCOUNT}"; no real account gets the local concessions'
            )
        return self

    @model_validator(mode="after")
    def local_is_not_delivered(self) -> Self:
        """Keep what is on this machine out of the pipeline, which would not find it."""
        if self.local and self.delivery is not None:
            raise ValueError("delivery: an environment on this machine is not the pipeline's to deploy")
        return self

    @model_validator(mode="after")
    def adopted_from_elsewhere(self) -> Self:
        """Take certificates without a record from external authorities only: ours record what they sign."""
        if not self.require_issuance_record and not self.adopted_authorities:
            raise ValueError(
                'require_issuance_record: false needs an authority with custody = "external", whose '
                "certificates it is about; what our own authorities sign always has a record"
            )
        return self

    @model_validator(mode="after")
    def fleet_that_can_be_registered(self) -> Self:
        """Refuse a fleet that its queue would not keep until its turn comes."""
        try:
            _ = self.capacity
        except (ValueError, OverflowError) as error:
            raise ValueError(f"fleet_size: {error}") from None
        return self

    @model_validator(mode="after")
    def topic_of_its_region(self) -> Self:
        """Refuse a topic of another Region, which CloudWatch would not tell."""
        region = self.alarms.topic.split(":")[3] if self.alarms.topic else None
        if region and self.region and region != self.region:
            raise ValueError(
                f"alarms.topic: is in {region}, the environment in {self.region}; "
                "CloudWatch tells topics of its own Region only"
            )
        return self

    @property
    def capacity(self) -> Capacity:
        """What the registration must be for this environment."""
        return Capacity.of(
            self.quotas,
            groups=len(self.provisioning.groups),
            fleet=self.fleet_size,
            asks_owner=self.decision_function is not None,
        )

    @property
    def adopted_authorities(self) -> list[str]:
        """Names of the authorities whose certificates need no issuance record."""
        if self.require_issuance_record:
            return []
        return [name for name, each in self.authorities.items() if each.custody is Custody.EXTERNAL]

    @property
    def issuing_authority(self) -> str | None:
        """Name of the authority that signs new certificates; None where all are external."""
        return next((name for name, a in self.authorities.items() if a.state == "issuing"), None)


def load(name: str, folder: Path = ENVIRONMENTS, variables: Mapping[str, str] = os.environ) -> Settings:
    """Read one environment.

    It inherits what `defaults.toml` says. Account and Region that the files leave out come from
    `CDK_DEFAULT_ACCOUNT` and `CDK_DEFAULT_REGION`, which the CDK CLI sets; without those the stack is
    environment-agnostic.

    Raises:
        SettingsError: missing file, broken TOML, unknown key, wrong type or value.
    """
    return checked(name, read_layers(name, folder, variables), folder)


def read_layers(
    name: str,
    folder: Path = ENVIRONMENTS,
    variables: Mapping[str, str] = os.environ,
    own: str | None = None,
) -> Layers:
    """Read what an environment is made of; `own` is text in place of its file.

    Raises:
        SettingsError: missing file, broken TOML, a name that no environment may have.
    """
    try:
        return layers.read(name, folder, variables, own)
    except UnreadableFile as error:
        raise SettingsError(_one_line(str(error))) from None


def load_all(folder: Path = ENVIRONMENTS, variables: Mapping[str, str] = os.environ) -> list[Settings]:
    """Read every environment of `folder`.

    Raises:
        SettingsError: as `load`, or there is no environment.
    """
    found = names(folder)
    if not found:
        raise SettingsError(f"{folder}: no environment file (*.toml) there")
    return [load(name, folder, variables) for name in found]


def checked(name: str, made_of: Layers, folder: Path) -> Settings:
    """Make settings of the layers that were read from `folder`.

    Raises:
        SettingsError: as `load`; it names the file in which the wrong value stands.
    """
    try:
        return Settings.model_validate(made_of.table | {"name": name}, context={"folder": folder})
    except ValidationError as error:
        raise SettingsError(_first_line(made_of, error)) from None
    except RecursionError:  # dotted keys, which are read one by one and merged as they are nested
        raise SettingsError(f"{made_of.blamed([])}: nested too deeply") from None


def _first_line(made_of: Layers, error: ValidationError) -> str:
    first = error.errors()[0]
    where = [str(part) for part in first["loc"]]
    what = "unknown key" if first["type"] == "extra_forbidden" else first["msg"].removeprefix("Value error, ")
    # What looks at several settings begins with the one that it is about: `authorities.fleet.subject: …`.
    place = made_of.blamed([*where, *what.partition(":")[0].split(".")])
    return _one_line(": ".join(part for part in (place, ".".join(where), what) if part))


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
