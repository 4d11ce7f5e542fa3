"""One environment of its own on a local AWS of its own, deployed for a measurement and gone afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jitr.demo.deployment import Deployment
from jitr.local import LocalAws, server
from jitr.target import Target
from jitr_stack.settings import load

AUTHORITY = "fleet"
ENVIRONMENT = f"""
local = true
account = "000000000000"
region = "us-east-1"
removal = "destroy"
log_retention_days = 1
delete_authorities_with_certificates = true
[authorities.{AUTHORITY}]
custody = "secrets_manager"
"""
"""The key can leave, so that a fleet is signed in this process, as in a factory (or at a thief's)."""


@dataclass(frozen=True)
class OwnEnvironments(Deployment):
    """A deployment whose environments are in a folder of its own."""

    environments: Path

    def environment(self) -> dict[str, str]:
        """Add the folder to the variables of the CLI."""
        return super().environment() | {"JITR_ENVIRONMENTS": str(self.environments)}


@contextmanager
def deployed_environment(
    folder: Path, name: str, text: str = ENVIRONMENT, server_module: str = server.__name__
) -> Iterator[Target]:
    """Start a local AWS in `folder`, deploy the environment `name`, and stop everything at the end.

    Args:
        folder: takes all that is written.
        name: of the environment.
        text: its TOML.
        server_module: the local AWS's, or one that wraps it.

    Raises:
        FailureError: with the end of what the server or the CLI said.
    """
    environments = folder / "environments"
    environments.mkdir(parents=True)
    (environments / f"{name}.toml").write_text(text)
    with LocalAws.start(folder / "aws", server_module=server_module) as aws:
        deployment = OwnEnvironments(aws, folder / "cdk", environments)
        (folder / "cdk" / "tmp").mkdir(parents=True)
        with deployment.start_bootstrap() as bootstrap:
            bootstrap.wait()
        deployment.deploy(name)
        yield Target(load(name, environments), aws.session(), aws)
