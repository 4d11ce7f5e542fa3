"""One environment, deployed once, for every cause that `jitr why` names."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from diagnosed import ENVIRONMENT, Diagnosed
from fleet import Cdk, Fleet
from owner import Owner
from typer.testing import CliRunner, Result

from jitr.local import LocalAws
from jitr.main import app
from jitr_stack import settings
from pki.identity import pem

SETTINGS = """
local = true
account = "000000000000"
region = "us-east-1"
log_retention_days = 1
delete_authorities_with_certificates = true
second_certificate = "refuse"
[authorities.fleet]
[authorities.factory]
state = "trusted"
custody = "external"
mode = "SNI_ONLY"
certificate = "factory.pem"
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep all that uses the one deployment in one worker, when tests run side by side."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group("diagnosed"))


@pytest.fixture(scope="session")
def factory() -> Owner:
    """The owner of the environment's external authority."""
    return Owner()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, factory: Owner) -> Path:
    """The folder with the environment's file."""
    made = tmp_path_factory.mktemp("diagnosed")
    (made / "factory.pem").write_text(pem(factory.certificate))
    (made / f"{ENVIRONMENT}.toml").write_text(SETTINGS)
    return made


@pytest.fixture(scope="session")
def deployed(aws: LocalAws, cdk: Cdk, folder: Path) -> Fleet:
    """The environment, deployed once."""
    cdk("deploy", f"{ENVIRONMENT}/*", "--require-approval", "never", environments=folder)
    return Fleet(aws, ENVIRONMENT, folder / "devices")


@pytest.fixture
def site(deployed: Fleet, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Diagnosed]:
    """The environment, and the command run on it."""
    monkeypatch.setattr("jitr.target.load", lambda name, _folder: settings.load(name, folder, {}))
    monkeypatch.setenv("JITR_LOCAL", str(deployed.aws.folder))

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    return Diagnosed(deployed, run)
