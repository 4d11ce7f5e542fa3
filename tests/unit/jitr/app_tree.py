"""Every command of `jitr`, as the program itself has them."""

from collections.abc import Iterator
from typing import Any

import typer.main

from jitr.main import app

Words = tuple[str, ...]


def _walk(command: Any, words: Words) -> Iterator[tuple[Words, Any]]:
    below = getattr(command, "commands", None)
    if not below:
        yield words, command
        return
    for name, each in below.items():
        yield from _walk(each, (*words, name))


COMMANDS: dict[Words, Any] = dict(_walk(typer.main.get_command(app), ()))
"""The commands by their words, without `jitr`."""


def options(words: Words) -> set[str]:
    """The options of a command, without --help."""
    return {name for each in COMMANDS[words].params for name in each.opts if name.startswith("-")} - {
        "--help"
    }


WITH_JSON = [words for words in COMMANDS if "--json" in options(words)]
