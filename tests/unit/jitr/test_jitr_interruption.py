"""Ctrl-C is heard, wherever it comes."""

import os
import signal
import sys

import pytest

from jitr.interruption import interruptible


class Going:
    """An object; somebody presses Ctrl-C just as it goes."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)


class Failing:
    """An object that fails as it goes."""

    def __del__(self) -> None:
        raise ZeroDivisionError


def test_ctrl_c_that_python_ignores_is_heard_when_the_block_ends() -> None:
    with pytest.raises(KeyboardInterrupt), interruptible():
        Going()


def test_another_error_that_python_ignores_is_said_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: said.append(unraisable.exc_type))

    with interruptible():
        Failing()

    assert said == [ZeroDivisionError]


def test_ctrl_c_that_was_heard_is_not_raised_once_more() -> None:
    with interruptible():
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt:
            said = "something is left"

    assert said == "something is left"
