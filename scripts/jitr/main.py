"""The `jitr` command."""

from typing import Annotated

import typer

from jitr.commands import (
    ca,
    demo,
    device,
    doctor,
    endpoint,
    env,
    issued,
    local,
    redrive,
    sign,
    smoke,
    why,
)
from jitr.program import Program
from jitr.unread import standard_streams

app = typer.Typer(
    name="jitr",
    cls=Program,
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Just-in-time registration of devices at AWS IoT: authorities, certificates, endpoint, local AWS.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrongly called.",
)
app.add_typer(ca.app)
app.command()(sign.sign)
app.add_typer(issued.app)
app.add_typer(device.app)
app.command()(redrive.redrive)
app.command()(why.why)
app.command()(endpoint.endpoint)
app.add_typer(local.app)
app.add_typer(env.app)
app.command()(doctor.doctor)
app.command()(smoke.smoke)
app.command()(demo.demo)


def _version(*, asked: bool) -> None:
    if asked:
        from jitr_stack.release import VERSION  # noqa: PLC0415  asked for rarely

        print(VERSION)
        raise typer.Exit


@app.callback()
def options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda value: _version(asked=value),
            is_eager=True,
            help="Print the version.",
        ),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,
) -> None:
    """Just-in-time registration of devices at AWS IoT: authorities, certificates, endpoint, local AWS."""


def main() -> None:
    """Entry point."""
    with standard_streams():
        app()
