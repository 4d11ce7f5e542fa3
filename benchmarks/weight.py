"""What the functions weigh, what the templates hold, and how long the registration function starts."""

import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import aws_cdk as cdk

from jitr_stack import settings
from jitr_stack.bundling import LocalBundling
from jitr_stack.platform import Platform
from jitr_stack.stage import EnvironmentStage

FUNCTIONS = {
    "certificate_authority": (["pki"], True),
    "issuance": (["pki", "records"], True),
    "registration": (["records"], False),
    "device_access": ([], False),
}
STARTS = 10
START = "import time; t = time.perf_counter(); import {module}; print((time.perf_counter() - t) * 1000)"


def of_functions() -> dict[str, str]:
    """Give the size of each function's zip for arm64."""
    return {f"zip of {name}": f"{_zipped(name) / 1000:,.0f} kB" for name in FUNCTIONS}


def of_templates() -> dict[str, str]:
    """Give the number of resources of each environment's template."""
    return {f"resources in {name}": str(_resources(name)) for name in settings.names()}


def of_the_start() -> dict[str, str]:
    """Give the import time of the registration function in fresh processes, beside botocore's own share."""
    ours, botocore = _import_time("registration.handler"), _import_time("botocore.session")
    return {
        f"import of registration.handler, median of {STARTS}": f"{ours:.0f} ms",
        f"import of botocore.session alone, median of {STARTS}": f"{botocore:.0f} ms",
        "ratio": f"{ours / botocore:.2f}",
    }


def _zipped(function: str) -> int:
    parts, requirements = FUNCTIONS[function]
    with tempfile.TemporaryDirectory() as folder:
        code = Path(folder) / "code"
        code.mkdir()
        LocalBundling([function, *parts], Platform("arm64"), requirements=requirements).try_bundle(str(code))
        archive = Path(folder) / "function.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            for path in sorted(p for p in code.rglob("*") if p.is_file()):
                file.write(path, path.relative_to(code))
        return archive.stat().st_size


def _resources(environment: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        app = cdk.App(context={"aws:cdk:bundling-stacks": []}, outdir=folder, analytics_reporting=False)
        stack = EnvironmentStage(app, settings.load(environment)).stack
        return len(cdk.assertions.Template.from_stack(stack).to_json()["Resources"])


def _import_time(module: str) -> float:
    program, environment = START.format(module=module), {"PATH": os.environ["PATH"]}
    times = [
        subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, check=True
        ).stdout
        for _ in range(STARTS)
    ]
    return statistics.median(float(time) for time in times)
