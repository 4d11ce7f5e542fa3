"""The CDK CLI of this checkout, run against one local AWS."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from jitr.local import LocalAws
from jitr.local.aws import UNSET
from jitr.options import CHECKOUT
from jitr.trial.programs import Program, run

CDK = CHECKOUT / "node_modules" / ".bin" / "cdk"
CACHE = CHECKOUT / ".cache"

QUIET = {
    "CDK_DISABLE_CLI_TELEMETRY": "true",
    "CDK_DISABLE_VERSION_CHECK": "true",
}
INSIDE_THE_CHECKOUT = {
    "CDK_HOME": "cdk",
    "JSII_RUNTIME_PACKAGE_CACHE_ROOT": "jsii",
    "UV_CACHE_DIR": "uv",
    "npm_config_cache": "npm",
    "NODE_COMPILE_CACHE": "node",
}
"""Variables and, below `.cache/`, the folders that keep the tools from writing anywhere else."""


@dataclass(frozen=True)
class Deployment:
    """Deploys to `aws`; assembly, outputs and logs land in `folder`."""

    aws: LocalAws
    folder: Path

    def environment(self) -> dict[str, str]:
        """Give the variables under which the CLI sees the local AWS and nothing of the user's account."""
        kept = {name: value for name, value in os.environ.items() if name not in UNSET}
        caches = {name: str(CACHE / folder) for name, folder in INSIDE_THE_CHECKOUT.items()}
        tools = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
        scratch = {"TMPDIR": str(self.folder / "tmp")}
        return kept | caches | QUIET | tools | scratch | self.aws.environment()

    def start_bootstrap(self) -> Program:
        """Start preparing the account for the CDK; wait for it before deploying."""
        account, region = (self.environment()[f"CDK_DEFAULT_{name}"] for name in ("ACCOUNT", "REGION"))
        return Program.start(
            [CDK, "bootstrap", f"aws://{account}/{region}", "--app", "", "--no-notices", "--ci"],
            log=self.folder / "bootstrap.log",
            cwd=CHECKOUT,
            env=self.environment(),
        )

    def deploy(self, environment: str) -> None:
        """Deploy everything of an environment.

        Raises:
            FailureError: with the end of what the CLI said.
        """
        run(
            [
                *(CDK, "deploy", f"{environment}/*", "--require-approval", "never", "--no-notices", "--ci"),
                *("--output", self.folder / "cdk.out", "--outputs-file", self.folder / "outputs.json"),
            ],
            log=self.folder / "deploy.log",
            cwd=CHECKOUT,
            env=self.environment(),
        )
