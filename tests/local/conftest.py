"""One local AWS with two environments, deployed once: a key in KMS, and one in Secrets Manager."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fleet import Cdk, Fleet

from jitr.demo.deployment import CDK, Deployment
from jitr.local import LocalAws
from jitr_stack.settings import ENVIRONMENTS

ROOT = ENVIRONMENTS.parent
EXPORTABLE = """
local = true
account = "000000000000"
region = "us-east-1"
log_retention_days = 1
[authorities.fleet]
custody = "secrets_manager"
algorithm = "RSA-2048"
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what uses the one deployment in one worker, when tests run side by side; the rest has its own."""
    for item in items:
        if "aws" in getattr(item, "fixturenames", ()) and item.path.parent == Path(__file__).parent:
            shared = "fleets" in item.fixturenames
            item.add_marker(pytest.mark.xdist_group("deployed" if shared else item.path.stem))


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """A local AWS of the tests' own, enforcing IAM and IoT policies."""
    with LocalAws.start(tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the environment `local`, the same with an exportable key, and one to be destroyed."""
    folder = tmp_path_factory.mktemp("environments")
    shutil.copy(ENVIRONMENTS / "local.toml", folder / "local.toml")
    shutil.copy(ENVIRONMENTS / "local.toml", folder / "doomed.toml")
    (folder / "exportable.toml").write_text(EXPORTABLE)
    return folder


@pytest.fixture(scope="session")
def cdk(aws: LocalAws, environments: Path, tmp_path_factory: pytest.TempPathFactory) -> Cdk:
    """Run the CDK CLI against the local AWS; the account is bootstrapped."""
    folder = tmp_path_factory.mktemp("cdk")
    deployment = Deployment(aws, folder)
    (folder / "tmp").mkdir(exist_ok=True)
    deployment.start_bootstrap().wait()

    common = ["--no-notices", "--ci", "--output", str(folder / "cdk.out")]

    def run(*arguments: str, environments: Path = environments) -> str:
        done = subprocess.run(
            [str(CDK), *arguments, *common],
            cwd=ROOT,
            env=deployment.environment() | {"JITR_ENVIRONMENTS": str(environments)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    return run


@pytest.fixture(scope="session")
def fleets(aws: LocalAws, cdk: Cdk, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Fleet]:
    """Both environments, deployed."""
    cdk("deploy", "local/*", "exportable/*", "--require-approval", "never", "--concurrency", "2")
    return {name: Fleet(aws, name, tmp_path_factory.mktemp(name)) for name in ("local", "exportable")}


@pytest.fixture(params=["local", "exportable"])
def fleet(request: pytest.FixtureRequest, fleets: dict[str, Fleet]) -> Fleet:
    """Each of both environments."""
    return fleets[request.param]


@pytest.fixture
def local(fleets: dict[str, Fleet]) -> Fleet:
    """The environment `local`, key in KMS."""
    return fleets["local"]


@pytest.fixture
def exportable(fleets: dict[str, Fleet]) -> Fleet:
    """The environment with its key in Secrets Manager."""
    return fleets["exportable"]
