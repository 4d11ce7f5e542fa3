"""One local AWS, its calls noted, with ours deployed on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from benchmarks.calls import FILE, Calls
from benchmarks.fleet.deployment import deployed_environment
from benchmarks.wiring import Poller
from contract import Output, Variable
from jitr import deployed
from jitr.local import LocalAws, readiness
from jitr.options import CHECKOUT
from jitr.target import Target

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef

SERVER = "benchmarks.observing_server"
NAME = "bench"
UNPACED = {Variable.REGISTRATIONS_PER_SECOND.value: "10000", Variable.REFUSALS_PER_SECOND.value: "500"}
"""Instead of quotas in the environment, from which more processes would follow than there are cores."""


@dataclass(frozen=True)
class Site:
    """A local AWS on which ours is deployed."""

    aws: LocalAws
    target: Target

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> "Iterator[Site]":
        """Start the AWS and deploy ours; all of it is gone afterwards."""
        (folder / "aws").mkdir(parents=True)
        # As AWS's Node.js runtime does, so that a function's zip need not bring the SDK.
        (folder / "aws" / "node_modules").symlink_to(CHECKOUT / "node_modules")
        with deployed_environment(folder, NAME, server_module=SERVER) as target:
            if target.local is None:
                raise RuntimeError(f"{NAME} is not on this machine")
            site = cls(target.local, target)
            site.unpace()
            yield site

    def unpace(self) -> None:
        """Let our function register as fast as it can; no quota is measured here."""
        ours = self._configuration()
        variables = ours["Environment"]["Variables"] | UNPACED
        self.target.session.client("lambda").update_function_configuration(
            FunctionName=ours["FunctionName"], Environment={"Variables": variables}
        )

    @cached_property
    def calls(self) -> Calls:
        """The calls that this AWS answers."""
        return Calls(self.aws.folder / FILE)

    @cached_property
    def ours(self) -> "FunctionConfigurationResponseTypeDef":
        """Our registration function, as it was deployed, but for its pace."""
        return self._configuration()

    def _configuration(self) -> "FunctionConfigurationResponseTypeDef":
        name = deployed.output(self.target, Output.REGISTRATION_FUNCTION)
        return self.target.session.client("lambda").get_function_configuration(FunctionName=name)

    @cached_property
    def our_code(self) -> bytes:
        """The zip of our registration function."""
        answer = self.target.session.client("lambda").get_function(FunctionName=self.ours["FunctionName"])
        # The local AWS says http:// there, where it speaks HTTPS only.
        path = urlsplit(answer["Code"]["Location"]).path
        return readiness.get(self.aws.gateway_port, path, self.aws.certificate)

    @cached_property
    def our_poller(self) -> Poller:
        """How our function takes messages from its queue."""
        (mapping,) = self.target.session.client("lambda").list_event_source_mappings(
            FunctionName=self.ours["FunctionName"]
        )["EventSourceMappings"]
        return Poller(mapping["BatchSize"], mapping["ScalingConfig"]["MaximumConcurrency"])
