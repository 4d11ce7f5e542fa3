"""Where the environment files are. Standard library only: shell completion asks at every keystroke."""

import os
from pathlib import Path

ENVIRONMENTS = Path(
    os.environ.get("JITR_ENVIRONMENTS") or Path(__file__).resolve().parent.parent / "environments"
)
"""Folder of the environment files; `JITR_ENVIRONMENTS` names another, to the CDK and to `jitr` alike."""


def names(folder: Path = ENVIRONMENTS) -> list[str]:
    """List the environments that have a file in `folder`, sorted."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def file_of(environment: str, folder: Path = ENVIRONMENTS) -> Path:
    """Give the file of an environment, which need not be there."""
    return folder / f"{environment}.toml"
