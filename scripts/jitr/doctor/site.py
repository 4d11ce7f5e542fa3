"""What the checks look at: an environment's file, the way to its account, and its deployed stack."""

import json
import os
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import boto3

from contract import stack_name
from jitr import deployed, environment_authorities
from jitr.failure import BadUseError
from jitr.target import Target, on_this_machine, session_of_shell
from jitr_stack.environments import ENVIRONMENTS, names
from jitr_stack.settings import Settings, load

if TYPE_CHECKING:
    from subprocess import Popen

    from mypy_boto3_cloudformation.type_defs import StackTypeDef

    from jitr.environment_authorities import DeployedAuthority


def existing(environment: str, folder: Path = ENVIRONMENTS) -> str:
    """Give the name of an environment that has a file, whatever is in it.

    Raises:
        BadUseError: it has none.
    """
    if environment not in names(folder):
        known = ", ".join(names(folder)) or "none"
        raise BadUseError(f"{folder}: no environment {environment!r:.60} there; there are: {known}")
    return environment


def shared(session: boto3.Session) -> boto3.Session:
    """Let several threads use a session: it makes one client at a time, and each once; clients may be shared.

    https://boto3.amazonaws.com/v1/documentation/api/latest/guide/session.html (Multithreading)
    """
    make: Callable[..., Any] = session.client
    turn, made = threading.Lock(), dict[str, Any]()

    def client(service: str, **options: Any) -> Any:  # noqa: ANN401  boto3 makes the classes at run time
        with turn:
            if service not in made:
                made[service] = make(service, **options)
            return made[service]

    session.client = client  # type: ignore[method-assign, assignment]
    return session


@dataclass
class Site:
    """One environment, looked at by many checks; each asks only for what its `needs` have seen to be there.

    As a context manager it ends what a check has started, whatever happens.
    """

    environment: str
    folder: Path = ENVIRONMENTS
    started: "list[Popen[str]]" = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self.started:
            child.kill()
        self._scratch.cleanup()

    @cached_property
    def _scratch(self) -> "tempfile.TemporaryDirectory[str]":
        return tempfile.TemporaryDirectory(prefix="jitr-doctor-", ignore_cleanup_errors=True)

    @property
    def scratch(self) -> Path:
        """A folder that is gone at the end."""
        return Path(self._scratch.name)

    @cached_property
    def settings(self) -> Settings:
        """The environment's file, read (`environment file`); raises SettingsError."""
        return load(self.environment, self.folder)

    @cached_property
    def target(self) -> Target:
        """The way to the account (`credentials`); raises FailureError where there is none."""
        if self.settings.local:
            found = on_this_machine(self.settings)
            return Target(self.settings, shared(found.session), found.local)
        return Target(self.settings, shared(session_of_shell(self.settings)))

    @cached_property
    def caller(self) -> dict[str, str]:
        """`Account` and `Arn` of who is asking (`credentials`)."""
        # Before a Region is known to be set; any will say who this is.
        region = self.target.session.region_name or "us-east-1"
        sts = self.target.session.client("sts", region_name=region)
        return {name: str(value) for name, value in sts.get_caller_identity().items()}

    @property
    def region(self) -> str:
        """The Region (`region`)."""
        return str(self.target.session.region_name)

    @property
    def stack_name(self) -> str:
        """Name of the environment's stack."""
        return stack_name(self.environment)

    @cached_property
    def stack(self) -> "StackTypeDef | None":
        """The environment's stack (`stack`); None while it is not deployed."""
        return deployed.stack(self.target)

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The outputs of the stack (`stack`)."""
        return deployed.outputs_of(self.stack) if self.stack else {}

    @cached_property
    def authorities(self) -> "dict[str, DeployedAuthority]":
        """The deployed authorities, by name (`stack`)."""
        return environment_authorities.deployed_authorities(self.target)

    @cached_property
    def template(self) -> Mapping[str, Any]:
        """The template that was deployed (`stack`)."""
        client = self.target.session.client("cloudformation")
        body = client.get_template(StackName=self.stack_name, TemplateStage="Original")["TemplateBody"]
        # botocore reads JSON; an answer that it could not read, it leaves as text.
        found: Mapping[str, Any] = json.loads(body) if isinstance(body, str) else body
        return found

    def variables(self) -> dict[str, str]:
        """Give the variables under which the CDK's app sees this environment as a deploy does."""
        return {
            **os.environ,
            "CDK_DEFAULT_ACCOUNT": self.caller["Account"],
            "CDK_DEFAULT_REGION": self.region,
        }
