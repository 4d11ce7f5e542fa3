"""What the functions weigh, and what the templates hold."""

import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk

from benchmarks.sheet import Sheet
from jitr_stack import settings
from jitr_stack.bundling import LocalBundling
from jitr_stack.environments import names
from jitr_stack.function import RuntimeFunction
from jitr_stack.platform import Platform
from jitr_stack.stack import JitrStack
from jitr_stack.stage import EnvironmentStage

ENVIRONMENT = "dev"
"""One that has every function."""
KILO = 1000


def of_functions(contenders: Mapping[str, int]) -> Sheet:
    """Give the size of each function's zip for arm64, beside those of `contenders` (bytes, by name)."""
    ours = _stack(ENVIRONMENT).functions
    sizes = {**{f"ours: {each.parts[0]}": _zipped(each) for each in ours}, **contenders}
    return Sheet(
        title="Size of the functions' zips",
        columns=["", "kB"],
        rows=[[name, f"{size / KILO:,.1f}"] for name, size in sizes.items()],
        note="Beyond what Lambda's runtimes bring. Two of ours carry `cryptography`, the registration not.",
        figures=sizes,
    )


def of_templates() -> Sheet:
    """Give the number of resources of each environment's template."""
    resources = {name: _resources(name) for name in names()}
    return Sheet(
        title="Resources in the templates",
        columns=["environment", "resources"],
        rows=[[name, str(number)] for name, number in resources.items()],
        note="Counted in what the CDK synthesises.",
        figures=resources,
    )


def _zipped(function: RuntimeFunction) -> int:
    with tempfile.TemporaryDirectory() as folder:
        code = Path(folder) / "code"
        code.mkdir()
        bundling = LocalBundling(function.parts, Platform("arm64"), requirements=function.requirements)
        bundling.try_bundle(str(code))
        archive = Path(folder) / "function.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            for path in sorted(p for p in code.rglob("*") if p.is_file()):
                file.write(path, path.relative_to(code))
        return archive.stat().st_size


def _resources(environment: str) -> int:
    return len(cdk.assertions.Template.from_stack(_stack(environment)).to_json()["Resources"])


def _stack(environment: str) -> JitrStack:
    app = cdk.App(context={"aws:cdk:bundling-stacks": []}, analytics_reporting=False)
    return EnvironmentStage(app, settings.load(environment)).stack
