"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from jitr.completion import environment_names

CHECKOUT = Path(__file__).resolve().parent.parent.parent
LOCAL_FOLDER = CHECKOUT / "build" / "local"

Environment = Annotated[
    str,
    typer.Option(
        "--environment",
        "-e",
        envvar="JITR_ENVIRONMENT",
        help="Environment to work on: a file in environments/. The default never reaches an AWS account.",
        metavar="NAME",
        autocompletion=environment_names,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON value for programs.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")]
CaCertificate = Annotated[
    Path, typer.Option("--ca-cert", help="Certificate of the authority (PEM).", metavar="FILE")
]
CaKey = Annotated[Path, typer.Option("--ca-key", help="Private key of the authority (PEM).", metavar="FILE")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        help="File whose first line is the passphrase of the private key.",
        metavar="FILE",
    ),
]
LocalFolder = Annotated[
    Path,
    typer.Option(
        "--folder",
        envvar="JITR_LOCAL",
        help="Folder of the local AWS.",
        metavar="FOLDER",
        show_default="build/local of the checkout",
    ),
]
