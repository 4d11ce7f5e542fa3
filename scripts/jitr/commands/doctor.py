"""`jitr doctor`: whether this machine, the account and the deployed environment are in order."""
# ruff: noqa: PLC0415  imports wait until the command runs, so that help and completion come at once

from typing import Annotated

import typer

from jitr.options import Environment, Json
from jitr.output import print_json


def doctor(
    *,
    drift: Annotated[
        bool,
        typer.Option("--drift", help="Let CloudFormation look for what was changed by hand; takes minutes."),
    ] = False,
    environment: Environment = "local",
    as_json: Json = False,
) -> None:
    """Say what is in order and what is not: tools, account, stack, and what a deploy would change.

    A line for each finding, with what to do about it. Exit code 1 when one failed; a warning is no failure,
    nor is what could not be checked.
    """
    from jitr.doctor import view
    from jitr.doctor.checks import CHECKS, DRIFT
    from jitr.doctor.examination import examine
    from jitr.doctor.site import Site, existing

    with Site(existing(environment)) as site:
        examined = examine(site, [*CHECKS, DRIFT] if drift else CHECKS)
    if as_json:
        print_json(view.fields(environment, examined))
    else:
        print("\n".join(view.lines(examined, colour=view.on_terminal())))
        print(f"\n{environment}: {view.summary(examined)}")
    if view.verdict(examined) == "failed":
        raise typer.Exit(1)
