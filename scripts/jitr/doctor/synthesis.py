"""What the environment's file makes of the stack now: the app, run for one environment in its own process.

Run as a program it writes the assembly of one environment into a folder: no lock is written, and no other
environment is looked at.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jitr.failure import FailureError
from jitr.options import CHECKOUT

NODE = CHECKOUT / ".venv" / "bin" / "node"
"""As in cdk.json."""


def template(
    environment: str,
    folder: Path,
    into: Path,
    variables: Mapping[str, str],
    started: list[subprocess.Popen[str]],
) -> Any:  # noqa: ANN401  JSON
    """Give the template of an environment whose file is in `folder`, made in the new folder `into`.

    The process is put into `started`, for whoever must end it before it has ended.

    Raises:
        FailureError: the app failed; the text ends with what it said.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", __name__, environment, str(folder), str(into)],
        env={**variables, "JSII_NODE": str(NODE), "CDK_VALIDATION": "false"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    started.append(child)
    said = child.communicate()[1]
    if child.returncode:
        last = next((line for line in reversed(said.splitlines()) if line.strip()), "it said nothing")
        raise FailureError(f"the app does not synthesise: {last.strip()}")
    (made,) = into.rglob("*.template.json")
    return json.loads(made.read_text())


def main() -> None:
    """Synthesise one environment as `cdk deploy` would."""
    import aws_cdk as cdk  # noqa: PLC0415  takes half a second, and only this program needs it

    from jitr_stack import settings  # noqa: PLC0415
    from jitr_stack.stage import EnvironmentStage  # noqa: PLC0415

    environment, folder, into = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    context = json.loads((CHECKOUT / "cdk.json").read_text())["context"]
    # The paths tell which construct a resource is of; the CDK CLI asks for them as well.
    app = cdk.App(
        context={**context, "aws:cdk:enable-path-metadata": True}, outdir=into, analytics_reporting=False
    )
    EnvironmentStage(app, settings.load(environment, folder))
    app.synth()


if __name__ == "__main__":
    main()
