"""`jitr env`: the environments' files."""
# ruff: noqa: PLC0415  imports wait until a command runs, so that help and completion come at once

from typing import Annotated

import typer

from jitr.completion import environment_names
from jitr.options import Json
from jitr.output import note, print_json, print_table

app = typer.Typer(
    name="env",
    help="Environments: what their settings come to, and new ones.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Name of the environment.", autocompletion=environment_names)],
    *,
    as_json: Json = False,
) -> None:
    """Show each setting as it is in the end, and where its value is from; only files are read."""
    from jitr.settings_view import shown

    settings = shown(name)
    if as_json:
        print_json({"environment": name, "settings": [each.fields() for each in settings]})
    else:
        print_table(("setting", "value", "from"), [each.row() for each in settings if each.is_set])


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the environment.")],
    *,
    account: Annotated[
        str | None, typer.Option(metavar="ID", help="AWS account; otherwise that of the credentials.")
    ] = None,
    region: Annotated[
        str | None, typer.Option(metavar="REGION", help="AWS Region; otherwise that of the credentials.")
    ] = None,
    like: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Begin with the file of this environment, but for its account and Region.",
            autocompletion=environment_names,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the file of a new environment, which synthesises as it is. No file is overwritten."""
    from jitr.new_environment import written

    file = written(name, account=account, region=region, like=like)
    if as_json:
        print_json({"environment": name, "file": str(file)})
    else:
        note(f"{file}: written; `jitr env show {name}` shows its settings")
