"""Asking before something that cannot be taken back."""

import sys

import typer

from jitr.failure import BadUseError, FailureError


def confirm(question: str, *, yes: bool) -> None:
    """Go on only if the person at the terminal says so, or `yes` was given.

    Raises:
        BadUseError: there is nobody to ask.
        FailureError: the answer was no.
    """
    if yes:
        return
    if not is_terminal():
        raise BadUseError("this asks for confirmation, and nobody is here to be asked; give --yes")
    if not typer.confirm(question, err=True):
        raise FailureError("not confirmed; nothing was done")


def is_terminal() -> bool:
    """Tell whether a person can answer."""
    return sys.stdin.isatty()
