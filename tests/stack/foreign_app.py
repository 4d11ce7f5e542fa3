"""Another app: a copy of the example, and a venv with this package as a wheel and nothing of the checkout."""

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import Any

import aws_cdk

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "fleet_app"
SUFFIX = {"wheel": ".whl", "sdist": ".tar.gz"}


class ForeignApp:
    """The app in `folder`, how its programs are run, and what its synthesis left in `assembly`."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder = folder / "app"
        self.assembly = folder / "cdk.out"
        self._venv = folder / "venv"
        shutil.copytree(EXAMPLE, self.folder, ignore=shutil.ignore_patterns("cdk.out", "__pycache__"))
        venv.create(self._venv, symlinks=True)
        install(wheel, self._venv)

    def run(self, program: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._venv / "bin" / program, *arguments],
            cwd=self.folder,
            env=self._environment() | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    def template(self, stack: str) -> dict[str, Any]:
        return json.loads((self.assembly / f"{stack}.template.json").read_text())

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return kept | {
            "PATH": f"{self._venv / 'bin'}:/usr/bin:/bin",
            "CDK_OUTDIR": str(self.assembly),
            "CDK_CONTEXT_JSON": json.dumps(json.loads((EXAMPLE / "cdk.json").read_text())["context"]),
            "CDK_VALIDATION": "false",
            # No account: what a machine may have of credentials is no affair of these tests.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


KEPT = ("HOME", "JSII_NODE", "JSII_RUNTIME_PACKAGE_CACHE_ROOT", "UV_CACHE_DIR", "UV_SYSTEM_CERTS")


def built(kind: str, source: Path, into: Path) -> Path:
    """Build with hatchling alone: it is installed, so nothing is fetched."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(into)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (made,) = into.glob(f"*{SUFFIX[kind]}")
    return made


def install(wheel: Path, into: Path) -> None:
    """Install the wheel. What it depends on is lent by this venv, whose `.pth` (the checkout) is not read."""
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-deps"]
    subprocess.run([*command, "--python", str(into / "bin" / "python"), str(wheel)], check=True)
    (packages,) = into.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(f"{Path(aws_cdk.__file__).parent.parent}\n")


def contents(archive: Path) -> dict[str, bytes]:
    """Content by name of a wheel's files."""
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}
