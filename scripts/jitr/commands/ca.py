"""`jitr ca`: authorities in files and at AWS IoT."""
# ruff: noqa: PLC0415, PLR0913  imports wait until a command runs, so that help comes at once; an option each

import re
from pathlib import Path
from typing import Annotated

import typer

from contract import CERTIFICATE_ID, KeyAlgorithm
from jitr import subject as subjects
from jitr.commands import ca_keys
from jitr.completion import authority_names
from jitr.options import CaCertificate, CaKey, Environment, Force, Json, PassphraseFile
from jitr.output import note, print_fields, print_json

NAME = "[a-z](-?[a-z0-9]){0,23}"
"""How authorities are named in an environment (`jitr_stack.settings`, which takes long to load)."""

app = typer.Typer(
    name="ca",
    help="Certificate authorities: make, register, list, rotate.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
def create(
    *,
    out: Annotated[Path, typer.Option(help="Folder for zk_ca.key, zk_ca.crt and zk_ca.pem.")] = Path(
        "CA_files"
    ),
    subject: Annotated[
        str | None,
        typer.Option(
            help=f"Subject, as openssl writes it. Default: {subjects.TUTORIAL}/CN=… with a name of its own."
        ),
    ] = None,
    algorithm: Annotated[KeyAlgorithm, typer.Option(help="Key algorithm.")] = KeyAlgorithm.P256,
    days: Annotated[int, typer.Option(min=1, max=36500, help="Days until it expires.")] = 3650,
    passphrase_file: PassphraseFile = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Make an authority in files: its private key (0600) and its certificate, named as in the tutorial."""
    from jitr.authority_files import Wanted
    from jitr.authority_files import create as create_files

    made = create_files(out, Wanted(subject, algorithm, days), passphrase_file, force=force)
    fields = made.fields()
    print_json(fields) if as_json else print_fields(fields)


@app.command("registration-code")
def registration_code(*, environment: Environment = "local", as_json: Json = False) -> None:
    """Print the registration code of the account and Region, which a verification certificate carries."""
    from jitr.authorities import registration_code as ask
    from jitr.target import target

    code = ask(target(environment).iot)
    print_json({"registration_code": code}) if as_json else print(code)


@app.command("verification-cert")
def verification_cert(
    *,
    ca_cert: CaCertificate,
    ca_key: CaKey,
    out: Annotated[Path, typer.Option(help="The verification certificate (PEM).")] = Path(
        "verificationCert.crt"
    ),
    code: Annotated[
        str | None,
        typer.Option("--registration-code", help="The code, where AWS cannot be asked from here."),
    ] = None,
    passphrase_file: PassphraseFile = None,
    environment: Environment = "local",
    force: Force = False,
) -> None:
    """Make the certificate that shows AWS IoT who holds the authority's key. `ca register` does it unseen."""
    from jitr import files, pem
    from jitr.authorities import registration_code as ask
    from jitr.failure import BadUseError
    from jitr.target import target
    from jitr_stack.authority_certificates import REGISTRATION_CODE
    from pki.authority import verification_certificate
    from pki.identity import pem as text

    files.refuse_existing([out], force=force)
    if code is not None and not REGISTRATION_CODE.fullmatch(code):
        raise BadUseError(
            "--registration-code: is 64 hexadecimal digits; `jitr ca registration-code` prints it"
        )
    ca, key = pem.authority(ca_cert, ca_key, passphrase_file)
    proof = verification_certificate(ca, key, code or ask(target(environment).iot))
    files.write(out, text(proof).encode())
    note(f"{out}: valid for a day, for registering {ca_cert} once")


@app.command()
def register(
    *,
    ca_cert: CaCertificate,
    ca_key: CaKey,
    passphrase_file: PassphraseFile = None,
    environment: Environment = "local",
    as_json: Json = False,
) -> None:
    """Register an authority: code, verification certificate and registration in one. Again is no error."""
    from jitr import authorities, pem
    from jitr.authority_view import fields
    from jitr.target import target

    ca, key = pem.authority(ca_cert, ca_key, passphrase_file)
    registered, new = authorities.register(target(environment).iot, ca, key)
    note(
        f"{ca_cert}: "
        + ("registered" if new else "was registered already")
        + ", active, auto-registration on"
    )
    print_json(fields(registered) | {"new": new}) if as_json else print_fields(fields(registered))


@app.command("list")
def list_(*, environment: Environment = "local", as_json: Json = False) -> None:
    """List the environment's authorities, then others that AWS IoT holds: state, days left, certificates."""
    from jitr.standing import standings
    from jitr.standing_view import print_standings
    from jitr.target import target

    found = standings(target(environment))
    print_json([each.fields() for each in found]) if as_json else print_standings(found)


@app.command()
def show(
    *,
    authority: Annotated[
        str,
        typer.Argument(
            help="Name in the environment, certificate id at AWS IoT, or a certificate's file.",
            autocompletion=authority_names,
        ),
    ],
    environment: Environment = "local",
    as_json: Json = False,
) -> None:
    """Show one authority: as the environment has it (by name), as AWS IoT holds it (by id), or a file."""
    from jitr.authority_view import of_environment, of_file, registered

    is_file = Path(authority).exists()
    if not is_file and CERTIFICATE_ID.fullmatch(authority):
        fields = registered(environment, authority)
    elif not is_file and re.fullmatch(NAME, authority):
        fields = of_environment(environment, authority)
    else:
        fields = of_file(Path(authority))
    print_json(fields) if as_json else print_fields(fields)


@app.command("describe-rotation")
def describe_rotation(*, environment: Environment = "local", as_json: Json = False) -> None:
    """Say where the rotation of the environment's authorities stands, and what the next step is."""
    from jitr.rotation import describe
    from jitr.standing import standings
    from jitr.standing_view import print_rotation
    from jitr.target import target

    to = target(environment)
    rotation = describe(to.settings, standings(to))
    print_json(rotation.fields()) if as_json else print_rotation(rotation)


app.command("verification-csr")(ca_keys.verification_csr)
app.command("request")(ca_keys.request)
app.command("export")(ca_keys.export)
