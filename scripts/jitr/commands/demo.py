"""`jitr demo`: from nothing to a device online."""
# ruff: noqa: PLC0415  imports wait until the command runs, so that help and completion come at once

from typing import Annotated

import typer


def demo(
    *, keep: Annotated[bool, typer.Option("--keep", help="Leave everything up at the end.")] = False
) -> None:
    """Deploy to a local AWS of its own, make a device, sign it, and watch it register just in time.

    Writes build/demo.json. Nothing leaves this machine; a local AWS of `jitr local up` is not touched.
    """
    from jitr.checkout import needs_checkout

    needs_checkout("jitr demo")
    from jitr.demo.run import run

    run(keep=keep)
