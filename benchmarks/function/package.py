"""A function as it was deployed, unpacked and run in a process of its own."""

import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 120.0
"""Seconds for one process; it takes one or two."""
NODE = Path(sys.executable).parent / "node"
"""Node.js, which `make setup` puts beside this Python."""
CREDENTIALS = {
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
"""What Lambda sets, with credentials of nobody: no request leaves the process."""


@dataclass(frozen=True)
class Package:
    """A Python function: its zip, the module of its handler, its environment variables."""

    name: str
    module: str
    code: bytes
    variables: Mapping[str, str]

    def unpacked(self, folder: Path) -> "Unpacked":
        """Unpack it into a new folder."""
        with zipfile.ZipFile(io.BytesIO(self.code)) as archive:
            archive.extractall(folder)  # ours
        return Unpacked(self, folder)


@dataclass(frozen=True)
class Unpacked:
    """A function that is ready to be run in `folder`."""

    package: Package
    folder: Path

    def probe(self, what: str) -> dict[str, float]:
        """Run `benchmarks.function.probe` on it, and give what that found.

        Raises:
            subprocess.CalledProcessError: the function failed; its words are on this process's error output.
        """
        asked = time.monotonic()
        command = [sys.executable, "-m", "benchmarks.function.probe", what, self.package.module, str(asked)]
        done = subprocess.run(
            command,
            cwd=self.folder,  # first on the module path, before the checkout's own copy
            env=self._environment(),
            stdout=subprocess.PIPE,
            timeout=PATIENCE,
            check=True,
        )
        return dict(json.loads(done.stdout))

    def _environment(self) -> dict[str, str]:
        # A function's folder cannot be written in Lambda, so every cold start compiles its code again.
        return {
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
            **CREDENTIALS,
            **self.package.variables,
        }
