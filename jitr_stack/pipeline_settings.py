"""Settings of the pipeline: `pipeline.toml` beside `cdk.json`; without that file there is no pipeline."""

import json
import os
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

from pydantic import StringConstraints, ValidationError

from jitr_stack import toml_file
from jitr_stack.authorities import Strict
from jitr_stack.layers import VARIABLES
from jitr_stack.setting_types import Account, Region
from jitr_stack.settings import Settings, SettingsError, load_all
from jitr_stack.toml_file import UnreadableFile

CHECKOUT = Path(__file__).resolve().parent.parent
FILE = CHECKOUT / "pipeline.toml"
FILE_VARIABLE = "JITR_PIPELINE"
"""Names another file, which must be there then."""
PACKAGES = CHECKOUT / "package.json"


class PipelineSettings(Strict):
    """Where the pipeline lives, and what it follows."""

    account: Account
    region: Region
    connection: Annotated[
        str,
        StringConstraints(
            # The service was called CodeStar Connections; its connections keep their ARNs.
            pattern=r"^arn:aws[a-z-]*:code(connections|star-connections):[a-z0-9-]+:[0-9]{12}:connection/[a-z0-9-]+$"
        ),
    ]
    """ARN of the CodeConnections connection, which somebody has completed in the console."""
    repository: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$")]
    """As the provider names it: `owner/name`."""
    branch: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_./-]+$", max_length=255)] = "main"

    def environments(self, folder: Path) -> list[Settings]:
        """Read the environments of `folder` as the pipeline does, whoever synthesises.

        Those that name no account or Region are the pipeline's own.

        Raises:
            SettingsError: as `load_all`.
        """
        own = {VARIABLES["account"]: self.account, VARIABLES["region"]: self.region}
        return load_all(folder, own)


def load(path: Path | None = None, variables: Mapping[str, str] = os.environ) -> PipelineSettings | None:
    """Read the pipeline's file, `path` or what a variable names; None where there is none.

    Raises:
        SettingsError: broken TOML, unknown key, wrong type or value, or the variable names no file; one line
            that names file and key.
    """
    named = variables.get(FILE_VARIABLE) if path is None else None
    path = path or Path(named or FILE)
    try:
        table = toml_file.read(path)
        if named and table is None:
            raise SettingsError(f"{path}: no such file; {FILE_VARIABLE} names it")
        return None if table is None else PipelineSettings.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        what = "unknown key" if first["type"] == "extra_forbidden" else first["msg"]
        raise SettingsError(f"{path}: {'.'.join(map(str, first['loc']))}: {what}") from None
    except UnreadableFile as error:
        raise SettingsError(" ".join(str(error).split())) from None


def cli_version(path: Path = PACKAGES) -> str:
    """Give the version of the CDK CLI, from where everybody has it."""
    return str(_packages(path)["devDependencies"]["aws-cdk"])


def assets_version(path: Path = PACKAGES) -> str:
    """Give the version of `cdk-assets`, which the pipeline alone uses; else it would take the latest."""
    return str(_packages(path)["devDependencies"]["cdk-assets"])


def waves(environments: Sequence[Settings]) -> list[tuple[int, list[Settings]]]:
    """Give the environments that are delivered, by wave."""

    def wave(settings: Settings) -> int:
        return settings.delivery.wave if settings.delivery else 0

    delivered = sorted((each for each in environments if each.delivery), key=wave)
    return [(number, list(each)) for number, each in groupby(delivered, key=wave)]


def _packages(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found
