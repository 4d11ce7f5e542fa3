"""`jitr sign`: a CSR in, a certificate out."""
# ruff: noqa: PLC0415, PLR0913  imports wait until a command runs, so that help comes at once; an option each

from pathlib import Path
from typing import Annotated

import typer

from jitr.options import Environment, Force, Json, PassphraseFile
from jitr.output import note, print_fields, print_json


def sign(
    *,
    csr: Annotated[Path, typer.Argument(help="Certificate signing request (PEM).")],
    crt: Annotated[Path, typer.Argument(help="Where the signed certificate goes (PEM).")],
    ca_cert: Annotated[
        Path | None,
        typer.Option("--ca-cert", help="Sign with files: the authority's certificate.", metavar="FILE"),
    ] = None,
    ca_key: Annotated[
        Path | None, typer.Option("--ca-key", help="Sign with files: the authority's key.", metavar="FILE")
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=36500, help="With files: days until it expires.  [default: 3650]")
    ] = None,
    passphrase_file: PassphraseFile = None,
    environment: Environment = "local",
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Sign a device's CSR: by the deployed authority, or with --ca-cert and --ca-key by one in files."""
    from jitr import files, signing
    from jitr.failure import BadUseError

    if (ca_cert is None) != (ca_key is None):
        raise BadUseError("--ca-cert and --ca-key go together; without both, the deployed authority signs")
    files.refuse_existing([crt], force=force)
    if ca_cert is not None and ca_key is not None:
        signed = signing.by_files(csr, ca_cert, ca_key, passphrase_file, days or signing.DAYS)
    elif days is not None:
        raise BadUseError(
            "--days: the deployed authority has its own (device_validity_days of the environment)"
        )
    else:
        signed = signing.by_deployed_authority(csr, environment)
    files.write(crt, signed.certificate.encode())
    if ca_cert is not None:
        note("signed with files: a deployed stack lets it in once `jitr issued import` has recorded it")
    fields = signed.fields() | {"file": str(crt)}
    print_json(fields) if as_json else print_fields(fields)
