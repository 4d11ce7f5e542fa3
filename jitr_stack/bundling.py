"""Functions' zips without Docker: own folders and locked wheels, the same bytes every time."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_

from jitr_stack.platform import Platform
from jitr_stack.runtime_source import RUNTIME_SOURCE

REQUIREMENTS = RUNTIME_SOURCE / "requirements.txt"
EVERYWHERE = ("contract.py", "registry.py", "telemetry.py")
"""Modules that every function carries."""


@jsii.implements(cdk.ILocalBundling)
class LocalBundling:
    """Copies the named parts of `lambda_src/` and, if asked, installs the locked requirements beside them."""

    def __init__(self, parts: Sequence[str], platform: Platform, *, requirements: bool) -> None:
        self._parts = parts
        self._platform = platform
        self._requirements = requirements

    def try_bundle(self, output_dir: str, *_options: object, **_image: object) -> bool:
        """Fill `output_dir`; never falls back to Docker, so a failure raises."""
        target = Path(output_dir)
        if self._requirements:
            install(target, self._platform)
        for part in (*EVERYWHERE, *self._parts):
            copy(RUNTIME_SOURCE / part, target / part)
        settle_modes(target)
        return True


def function_code(parts: Sequence[str], platform: Platform, *, requirements: bool = False) -> lambda_.Code:
    """Give the code of a function made of `parts` (names in `lambda_src/`).

    The asset's hash is that of what comes out, so two builds of one commit are the same asset.
    """
    return lambda_.Code.from_asset(
        str(RUNTIME_SOURCE),
        asset_hash_type=cdk.AssetHashType.OUTPUT,
        bundling=cdk.BundlingOptions(
            image=cdk.DockerImage.from_registry("none"),  # required by the type, never pulled
            # Never run. The CDK bundles once for all assets whose source and options are the same, and does
            # not see into `local`; so what makes this asset another one stands here, too.
            command=[*parts, platform.wheels, platform.python, f"requirements={requirements}"],
            local=LocalBundling(parts, platform, requirements=requirements),
        ),
    )


def install(target: Path, platform: Platform) -> None:
    """Install `lambda_src/requirements.txt` for `platform` into `target`, wheels and pinned hashes only.

    Raises:
        RuntimeError: uv could not install; the text is uv's own.
    """
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet"]
    command += ["--system-certs"]  # registries behind a company's own certificate authority
    command += ["--python-platform", platform.wheels, "--python-version", platform.python]
    command += ["--only-binary", ":all:", "--require-hashes", "--link-mode", "copy"]
    command += ["--target", str(target), "-r", str(REQUIREMENTS)]
    environment = {**os.environ, "UV_COMPILE_BYTECODE": "false"}  # bytecode holds the time of its source
    done = subprocess.run(  # noqa: S603  fixed arguments
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"bundling {REQUIREMENTS.name} for {platform.wheels}: {done.stderr.strip()}")
    leave_out_programs(target)


def leave_out_programs(target: Path) -> None:
    """Take out what no function runs: uv's lock, and the wheels' programs.

    A program begins with the path of the Python that installed it, and its hash stands in the list of its
    wheel's files: with that line, no two checkouts would give the same bytes.
    """
    (target / ".lock").unlink(missing_ok=True)
    shutil.rmtree(target / "bin", ignore_errors=True)
    for record in target.glob("*.dist-info/RECORD"):
        lines = record.read_text().splitlines(keepends=True)
        record.write_text("".join(line for line in lines if not line.startswith("bin/")))


def copy(source: Path, target: Path) -> None:
    """Copy a module or a package, without what an interpreter left in it."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(source, target)


def settle_modes(folder: Path) -> None:
    """Make everything readable by all and writable by its owner, whatever the umask and the checkout were.

    The CDK CLI zips modes with the files, and Lambda runs the function as a user that is not their owner.
    """
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
