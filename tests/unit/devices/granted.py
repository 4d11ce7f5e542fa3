"""What docs/devices.md grants an operator, read from its table."""

import re

from jitr_stack.settings import ENVIRONMENTS

PAGE = ENVIRONMENTS.parent / "docs" / "devices.md"


def granted(*commands: str) -> set[str]:
    """The actions that the page grants for commands, or for `every` one."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \| .+? \|$", PAGE.read_text(), re.MULTILINE)
    mine = [
        actions
        for named, actions in rows
        if any(f"`{command}`" in named or command == named for command in commands)
    ]
    return {action for actions in mine for action in re.findall(r"`([a-z]+:\w+)`", actions)}
