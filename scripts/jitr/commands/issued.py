"""`jitr issued`: the records of certificates that devices have."""
# ruff: noqa: PLC0415  imports wait until a command runs, so that help comes at once

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jitr.options import Environment, Json
from jitr.output import note, print_fields, print_json

if TYPE_CHECKING:
    from jitr.issued.report import Report

app = typer.Typer(
    name="issued",
    help="Issuance records: the certificates that may come in just in time.",
    no_args_is_help=True,
    add_completion=False,
)


@app.callback()
def group() -> None:
    """Issuance records: the certificates that may come in just in time."""


@app.command("import")
def import_(
    *,
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="PEM files, tables (.csv) with a column of PEM, folders of both, or - for PEM on standard "
            "input.",
            metavar="PATH|-",
        ),
    ],
    environment: Environment = "local",
    as_json: Json = False,
) -> None:
    """Record certificates that a factory signed offline, so that their devices are let in.

    Each is checked as the deployed authority checks requests: signed by one of the environment's
    authorities, no authority itself, valid now, a subject that fills the environment's template, a sound key.
    What its thing becomes is settled then. A bad one is named and does not stop the rest; the exit code is 1
    then. What has a record already is skipped, so an import that was stopped is simply run again. In
    folders, .pem .crt .cer .cert and .csv are read.
    """
    from jitr.issued.run import run

    report = run(environment, paths)
    _show(report, as_json=as_json)
    if report.tally.bad:
        raise typer.Exit(1)


def _show(report: "Report", *, as_json: bool) -> None:
    for line in report.advice():
        note(line)
    print_json(report.fields()) if as_json else print_fields(report.shown())
