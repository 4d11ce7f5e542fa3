"""How every command ends: exit codes 0, 1 and 2, and one line for whatever went wrong."""

import os
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from jitr.failure import INTERRUPTED, FailureError

DEBUG = "debug"
COMPLETING = "_JITR_COMPLETE"
"""Set by a shell that asks what fits (typer, "CLI Option autocompletion")."""


class Program(TyperGroup):
    """The group of all commands; turns what they raise into a line on stderr and an exit code."""

    def main(self, args: Sequence[str] | None = None, *_positional: object, **options: Any) -> Any:  # noqa: ANN401  as the base class
        """Run a command and exit: 0 done, 1 failed, 2 wrongly called, 130 interrupted."""
        _end_help_alike(self)
        words = list(sys.argv[1:] if args is None else args)
        if COMPLETING in os.environ:
            # Help that is broken into lines for a screen would be taken for more words that fit.
            os.environ["COLUMNS"] = "10000"
        code: object = 1
        try:
            code = super().main(args=words, **options | {"standalone_mode": False})
            if code == INTERRUPTED:
                _say("stopped; what it had started has ended")
        except typer.TyperException as error:
            _say(error.format_message(), bare=not _is_line(error))
            code = error.exit_code
        except typer.Abort:
            _say("stopped")
        except Exception as error:
            if wants_trace(words):
                raise
            code = _explain(error)
        sys.exit(code if isinstance(code, int) else 0)


def _end_help_alike(group: TyperGroup) -> None:
    """Let the help of every command end as that of the program, which says the exit codes."""
    for command in group.commands.values():
        command.epilog = command.epilog or group.epilog
        if isinstance(command, TyperGroup):
            _end_help_alike(command)


def wants_trace(words: Sequence[str]) -> bool:
    """Tell whether `--debug` stands before the command."""
    before_command = next((i for i, word in enumerate(words) if not word.startswith("-")), len(words))
    return f"--{DEBUG}" in words[:before_command]


def _explain(error: Exception) -> int:
    if isinstance(error, FailureError):
        _say(str(error))
        return error.exit_code
    if isinstance(error, OSError) and error.filename:
        _say(f"{error.filename}: {error.strerror}")
        return 1
    # Loaded long ago if one of its errors is here; and not otherwise needed.
    if type(error).__module__.startswith(("botocore.", "boto3.")):
        from jitr.aws_errors import explained  # noqa: PLC0415  botocore takes longer than most commands

        _say(explained(error))
        return 1
    _say(f"unexpected {type(error).__name__}: {error}; `jitr --debug …` shows where")
    return 1


def _is_line(error: typer.TyperException) -> bool:
    return type(error).__name__ != "NoArgsIsHelpError"


def _say(text: str, *, bare: bool = False) -> None:
    first, _, rest = text.strip().partition("\n")
    print(text if bare else f"jitr: {first}", file=sys.stderr)
    if rest and not bare:
        print(rest, file=sys.stderr)
