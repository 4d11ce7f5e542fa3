"""The pipeline, synthesised once."""

from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Template
from delivered import FILES, stages_of, synthesised

from jitr_stack.pipeline import PipelineStack


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two environments side by side, one behind an approval, one that nobody delivers."""
    folder = tmp_path_factory.mktemp("delivered")
    for name, text in FILES.items():
        (folder / f"{name}.toml").write_text(text)
    return folder


@pytest.fixture(scope="session")
def outdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the assembly of the fixture `stack` is."""
    return tmp_path_factory.mktemp("assembly")


@pytest.fixture(scope="session")
def stack(folder: Path, outdir: Path) -> PipelineStack:
    """The pipeline, its environments with their alarms; checked by the CDK's validation and AwsSolutions."""
    patch = pytest.MonkeyPatch()
    patch.setenv("CDK_VALIDATION", "true")
    made = synthesised(folder, outdir, checked=True)
    patch.undo()
    return made


@pytest.fixture(scope="session")
def template(stack: PipelineStack) -> Template:
    """The pipeline's own template."""
    return Template.from_stack(stack)


@pytest.fixture(scope="session")
def stages(template: Template) -> dict[str, dict[str, Any]]:
    """The pipeline's stages by name, in their order."""
    return stages_of(template)
