"""`jitr sign`: a CSR in, a certificate out; or a lot of them."""
# ruff: noqa: PLC0415, PLR0913  imports wait until a command runs, so that help comes at once; an option each

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jitr.options import Environment, Force, Json, PassphraseFile
from jitr.output import note, print_fields, print_json

if TYPE_CHECKING:
    from jitr.lot.report import Report
    from jitr.lot.run import Lot

CALLS = 16
"""Calls of the issuance function at once: more than KMS's default quota keeps busy."""
ONE = 2
"""Paths of the single form: request and certificate."""


@dataclass(frozen=True)
class Signer:
    """Who shall sign: the environment's authority, or one in files."""

    environment: str
    ca_cert: Path | None
    ca_key: Path | None
    days: int | None
    passphrase_file: Path | None


def sign(
    *,
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="A certificate signing request (PEM), and where its certificate goes. With --out: files and "
            "folders of requests, tables (.csv) with a column of them, or - for PEM on standard input.",
            metavar="CSR CRT | PATH|-",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Sign in bulk: the folder that certificates go to.", metavar="FOLDER"),
    ] = None,
    ca_cert: Annotated[
        Path | None,
        typer.Option("--ca-cert", help="Sign with files: the authority's certificate.", metavar="FILE"),
    ] = None,
    ca_key: Annotated[
        Path | None, typer.Option("--ca-key", help="Sign with files: the authority's key.", metavar="FILE")
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(min=1, max=36500, help="With files: days until it expires.", show_default="3650"),
    ] = None,
    passphrase_file: PassphraseFile = None,
    results: Annotated[
        Path | None,
        typer.Option(help="In bulk: a file that gets a line of JSON for each request.", metavar="FILE"),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=256,
            help="In bulk: processes that sign with files, or calls of the issuance function at once.",
            show_default=f"1 process, or {CALLS} calls",
        ),
    ] = None,
    environment: Environment = "local",
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Sign a device's CSR: by the deployed authority, or with --ca-cert and --ca-key by one in files.

    With --out, sign many. Each certificate goes to a file of the request's name (.crt for .csr), or of the
    device's where a file holds several. Nothing is overwritten, and what is there already is skipped, so a
    run that was stopped is simply run again. A bad request is named and does not stop the rest; the exit
    code is 1 then.
    """
    from jitr.failure import BadUseError

    if (ca_cert is None) != (ca_key is None):
        raise BadUseError("--ca-cert and --ca-key go together; without both, the deployed authority signs")
    if ca_cert is None and days is not None:
        raise BadUseError(
            "--days: the deployed authority has its own (device_validity_days of the environment)"
        )
    signer = Signer(environment, ca_cert, ca_key, days, passphrase_file)
    if out is None:
        _one(paths, signer, force=force, as_json=as_json, in_bulk=results is not None or jobs is not None)
    else:
        from jitr.lot.run import Lot

        if force:
            raise BadUseError("--force: signing in bulk overwrites nothing; move away what is in the way")
        _many(Lot(paths, out, results), signer, jobs, as_json=as_json)


def _one(paths: list[Path], signer: Signer, *, force: bool, as_json: bool, in_bulk: bool) -> None:
    from jitr import files, signing
    from jitr.failure import BadUseError
    from jitr.requests import DAYS

    if len(paths) != ONE or in_bulk or paths[0].is_dir():
        raise BadUseError("`jitr sign CSR CRT` signs one; to sign many, name a folder: --out FOLDER PATH...")
    csr, crt = paths
    files.refuse_existing([crt], force=force)
    if signer.ca_cert is not None and signer.ca_key is not None:
        signed = signing.by_files(
            csr, signer.ca_cert, signer.ca_key, signer.passphrase_file, signer.days or DAYS
        )
    else:
        signed = signing.by_deployed_authority(csr, signer.environment)
    files.write(crt, signed.certificate.encode())
    _note_how_it_comes_in(signer)
    fields = signed.fields() | {"file": str(crt)}
    print_json(fields) if as_json else print_fields(fields)


def _many(lot: "Lot", signer: Signer, jobs: int | None, *, as_json: bool) -> None:
    report = _report(lot, signer, jobs)
    if report.tally.signed:
        _note_how_it_comes_in(signer)
    print_json(report.fields()) if as_json else print_fields(report.shown())
    if report.tally.bad:
        raise typer.Exit(1)


def _report(lot: "Lot", signer: Signer, jobs: int | None) -> "Report":
    if signer.ca_cert is None or signer.ca_key is None:
        from jitr.lot.with_deployed_authority import by_deployed_authority

        return by_deployed_authority(lot, signer.environment, calls=jobs or CALLS)
    from jitr.lot.with_files import by_files
    from jitr.requests import DAYS

    return by_files(
        lot,
        signer.ca_cert,
        signer.ca_key,
        signer.passphrase_file,
        days=signer.days or DAYS,
        processes=jobs or 1,
    )


def _note_how_it_comes_in(signer: Signer) -> None:
    if signer.ca_cert is not None:
        note("signed with files: a deployed stack lets it in once `jitr issued import` has recorded it")
