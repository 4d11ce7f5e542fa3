"""`jitr smoke`: whether a deployed environment does its job."""
# ruff: noqa: PLC0415  imports wait until the command runs, so that help and completion come at once

from typing import Annotated

import typer

from jitr.failure import FailureError
from jitr.options import Environment, Json
from jitr.output import print_json


def smoke(
    *,
    wait: Annotated[
        int,
        typer.Option(
            "--wait", min=1, max=3600, help="Seconds for the device to come in, and to be out again."
        ),
    ] = 60,
    environment: Environment = "local",
    as_json: Json = False,
) -> None:
    """Let one device made for the purpose register, publish, be refused elsewhere, be revoked, and go.

    Looks first at all that `jitr doctor` looks at, and tries no device where that failed. Key, certificate
    and thing are gone at the end, also after a failure or Ctrl-C; the issuance record stays, revoked.
    """
    from jitr.checkout import needs_checkout

    needs_checkout("jitr smoke")
    from jitr.doctor.site import existing
    from jitr.smoke.run import run
    from jitr.trial.timeline import Timeline

    result = run(existing(environment), Timeline.silent() if as_json else Timeline.for_stdout(), wait)
    if as_json:
        print_json(result.fields())
    if result.problem is not None:
        raise FailureError(f"{environment} failed the smoke test: {result.problem}")
