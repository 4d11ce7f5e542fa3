"""Which AWS a command talks to: the local one, or the account of an environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config

from jitr.failure import BadUseError, FailureError
from jitr.local import LocalAws
from jitr.options import LOCAL_FOLDER
from jitr_stack.environments import ENVIRONMENTS
from jitr_stack.release import DISTRIBUTION, VERSION
from jitr_stack.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from mypy_boto3_iot import IoTClient

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# botocore's own: five attempts of a minute each, which a person at a silent firewall would wait for.
IMPATIENT = Config(connect_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True)
class Target:
    """An environment and the way to it; `local` is set when it is on this machine."""

    settings: Settings
    session: boto3.Session
    local: LocalAws | None = None

    @property
    def environment(self) -> str:
        """Name of the environment."""
        return self.settings.name

    @property
    def iot(self) -> "IoTClient":
        """AWS IoT's control plane."""
        return self.session.client("iot")


def target(environment: str, folder: Path = ENVIRONMENTS) -> Target:
    """Find the way to an environment.

    Raises:
        BadUseError: no such environment, a file that cannot be used, variables that lead elsewhere.
        FailureError: the local AWS is down; the credentials are of another account.
    """
    try:
        settings = load(environment, folder)
    except SettingsError as error:
        raise BadUseError(str(error)) from None
    return on_this_machine(settings) if settings.local else in_account(settings)


def on_this_machine(settings: Settings) -> Target:
    """Give the local AWS, found by its folder; credentials and endpoints in the shell do not matter."""
    folder = Path(os.environ.get("JITR_LOCAL") or LOCAL_FOLDER)
    aws = LocalAws.running(folder)
    if aws is None:
        raise FailureError(
            f"the local AWS is not up ({folder}): start it with `jitr local up`, or name another environment "
            "with --environment"
        )
    return Target(settings, aws.session(), aws)


def in_account(settings: Settings) -> Target:
    """Give the account of the shell's credentials; it must be the environment's, if that names one."""
    session = session_of_shell(settings)
    if settings.account:
        refuse_other_account(settings, session.client("sts").get_caller_identity()["Account"])
    return Target(settings, session)


def session_of_shell(settings: Settings) -> boto3.Session:
    """Give a session with the shell's credentials, in the environment's Region or else the shell's.

    Raises:
        BadUseError: the shell's variables lead to this machine.
    """
    refuse_detour(settings.name)
    core = botocore.session.get_session()
    core.set_default_client_config(IMPATIENT)
    core.user_agent_extra = f"{DISTRIBUTION}/{VERSION}"  # so CloudTrail shows which release called
    # boto3 itself knows AWS_DEFAULT_REGION only; the CDK, the CLI and people say AWS_REGION.
    return boto3.Session(botocore_session=core, region_name=settings.region or os.environ.get("AWS_REGION"))


def refuse_other_account(settings: Settings, account: str) -> None:
    """Refuse credentials of another account than the environment names, if it names one.

    Raises:
        FailureError: naming both.
    """
    if settings.account and account != settings.account:
        raise FailureError(
            f"the credentials are of account {account}, but environment {settings.name} is in "
            f"{settings.account}; choose the right AWS_PROFILE"
        )


def refuse_detour(environment: str, variables: Mapping[str, str] = os.environ) -> None:
    """Refuse to look for a real environment on this machine, where `eval "$(jitr local env)"` still leads.

    Raises:
        BadUseError: naming the variable.
    """
    for name, value in variables.items():
        if name.startswith("AWS_ENDPOINT_URL") and urlsplit(value).hostname in LOOPBACK:
            raise BadUseError(
                f"{name}={value} leads to this machine, where environment {environment} is not; "
                "open a new shell, or use --environment local"
            )
