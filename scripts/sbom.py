"""Write the bill of materials (SBOM) of every function of every environment: `make sbom`."""

import sys
import tempfile
from pathlib import Path

import aws_cdk as cdk

from jitr_stack import settings
from jitr_stack.bill_of_materials import bill_of_materials
from jitr_stack.bundling import LocalBundling
from jitr_stack.environments import ENVIRONMENTS
from jitr_stack.function import RuntimeFunction
from jitr_stack.release import VERSION
from jitr_stack.stage import EnvironmentStage

FOLDER = Path(__file__).resolve().parent.parent / "build" / "sbom"
UNBUNDLED: dict[str, list[str]] = {"aws:cdk:bundling-stacks": []}


def write_all(folder: Path, environment: settings.Settings) -> list[Path]:
    """Write `<folder>/<environment>/<function>.cdx.json` for each function, and give the files."""
    with tempfile.TemporaryDirectory() as outdir:
        stage = EnvironmentStage(cdk.App(context=UNBUNDLED, outdir=outdir), environment)
        return [write(folder / environment.name, function) for function in stage.stack.functions]


def write(folder: Path, function: RuntimeFunction) -> Path:
    """Bundle the function as a deploy does, and write its bill."""
    bundling = LocalBundling(function.parts, function.platform, requirements=function.requirements)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{function.part}.cdx.json"
    with tempfile.TemporaryDirectory() as bundle:
        bundling.try_bundle(bundle)
        file.write_text(bill_of_materials(function.part, VERSION, Path(bundle)))
    return file


def main() -> int:
    """Write every bill and name its file; 2 for settings that cannot be used."""
    try:
        for environment in settings.load_all(ENVIRONMENTS):
            for file in write_all(FOLDER, environment):
                print(file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file)
    except settings.SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
