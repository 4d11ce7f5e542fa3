"""Where the environment files are. Standard library only: shell completion asks at every keystroke."""

import os
from pathlib import Path

_OF_THE_CHECKOUT = Path(__file__).resolve().parent.parent / "environments"

ENVIRONMENTS = Path(
    os.environ.get("JITR_ENVIRONMENTS") or (_OF_THE_CHECKOUT if _OF_THE_CHECKOUT.is_dir() else "environments")
)
"""Folder of the environment files: the checkout's; that of the current folder where this is installed as a
package. `JITR_ENVIRONMENTS` names another, to the CDK and to `jitr` alike."""


DEFAULTS = "defaults"
"""Name of the file that every environment inherits from, and of no environment."""


def names(folder: Path = ENVIRONMENTS) -> list[str]:
    """List the environments that have a file in `folder`, sorted."""
    return sorted(path.stem for path in folder.glob("*.toml") if path.stem != DEFAULTS)


def file_of(environment: str, folder: Path = ENVIRONMENTS) -> Path:
    """Give the file of an environment, which need not be there."""
    return folder / f"{environment}.toml"


def defaults_file(folder: Path = ENVIRONMENTS) -> Path:
    """Give the file that the environments of `folder` inherit from, which need not be there."""
    return file_of(DEFAULTS, folder)
