"""The templates of every environment, synthesised once, without building the functions."""

from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks
from cli_context import CONTEXT

from jitr_stack import settings
from jitr_stack.stage import EnvironmentStage

EXPORTABLE = """
[authorities.fleet]
custody = "secrets_manager"
algorithm = "RSA-2048"
[authorities.older]
state = "trusted"
algorithm = "P-384"
"""


@pytest.fixture(scope="session", autouse=True)
def _quick_synthesis(tmp_path_factory: pytest.TempPathFactory) -> None:
    patch = pytest.MonkeyPatch()
    patch.setenv("CDK_VALIDATION", "false")  # on in deploys and in test_security_findings
    patch.delenv("CDK_DEFAULT_ACCOUNT", raising=False)
    patch.delenv("CDK_DEFAULT_REGION", raising=False)


@pytest.fixture(scope="session")
def synthesise(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Path], Template]:
    """Give the template of an environment in a folder."""

    def template(name: str, folder: Path) -> Template:
        outdir = tmp_path_factory.mktemp(f"synth-{name}")
        app = cdk.App(context=CONTEXT, outdir=str(outdir), analytics_reporting=False)
        return Template.from_stack(EnvironmentStage(app, settings.load(name, folder)).stack)

    return template


@pytest.fixture(scope="session")
def exportable_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one environment: a key in Secrets Manager, and a second authority beside it."""
    folder = tmp_path_factory.mktemp("environments")
    (folder / "exportable.toml").write_text(EXPORTABLE)
    return folder


@pytest.fixture(scope="session")
def templates(synthesise: Callable[[str, Path], Template], exportable_folder: Path) -> dict[str, Template]:
    """Templates by name: each environment of the repository, and `exportable`."""
    found = {name: synthesise(name, settings.ENVIRONMENTS) for name in settings.names()}
    return found | {"exportable": synthesise("exportable", exportable_folder)}


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory, exportable_folder: Path) -> Path:
    """Every environment synthesised with the CDK's own validation and with AwsSolutions; a finding raises."""
    outdir = tmp_path_factory.mktemp("checked")
    patch = pytest.MonkeyPatch()
    patch.setenv("CDK_VALIDATION", "true")
    app = cdk.App(context=CONTEXT, outdir=str(outdir), analytics_reporting=False)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    for name in settings.names():
        EnvironmentStage(app, settings.load(name))
    EnvironmentStage(app, settings.load("exportable", exportable_folder))
    app.synth()
    patch.undo()
    return outdir
