"""Fixtures for the operators' commands: a local AWS, an environment on it, and the command."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from operator_site import Jitr, OperatorSite
from typer.testing import CliRunner, Result

from jitr.local import LocalAws
from jitr.main import app
from jitr_stack import settings


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """A local AWS of the module's own."""
    with LocalAws.start(tmp_path_factory.mktemp("aws")) as started:
        yield started


@pytest.fixture
def site(aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OperatorSite]:
    """An environment of the test's own; its file is where the command looks."""
    folder = tmp_path / "environments"
    folder.mkdir()
    made = OperatorSite(aws, f"site{secrets.token_hex(4)}", folder)
    monkeypatch.setattr("jitr.target.load", lambda name, _folder: settings.load(name, folder, {}))
    monkeypatch.setenv("JITR_LOCAL", str(aws.folder))
    monkeypatch.setenv("JITR_ENVIRONMENT", made.name)
    monkeypatch.chdir(tmp_path)
    yield made
    made.close()


@pytest.fixture
def jitr(site: OperatorSite) -> Jitr:
    """Runs `jitr` with some words against the environment, in an empty folder."""

    def run(*words: object, typed: str | None = None) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words], input=typed)

    return run
