"""What shells complete beside commands and options: names, read from the environment files alone.

A shell asks at every keystroke, so nothing here loads more than the standard library, and what cannot be read
completes nothing.
"""

import tomllib

import typer

from jitr_stack import environments

DEFAULT = "local"


def environment_names(incomplete: str) -> list[str]:
    """Complete the name of an environment."""
    return [name for name in environments.names() if name.startswith(incomplete)]


def authority_names(context: typer.Context, incomplete: str) -> list[str]:
    """Complete the name of an authority, of the environment that the line names so far."""
    environment = context.params.get("environment") or DEFAULT
    try:
        table = tomllib.loads(environments.file_of(environment).read_text())
        return [name for name in table.get("authorities", {}) if name.startswith(incomplete)]
    except (OSError, ValueError, AttributeError):
        return []
