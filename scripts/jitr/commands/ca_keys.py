"""`jitr ca verification-csr`, `request` and `export`: what an authority's key is needed for outside AWS."""
# ruff: noqa: PLC0415, PLR0913  imports wait until a command runs, so that help comes at once; an option each

from pathlib import Path
from typing import Annotated

import typer

from jitr.completion import authority_names
from jitr.options import Environment, Force, Json
from jitr.output import note, print_fields, print_json

AuthorityName = Annotated[
    str,
    typer.Argument(
        help="Name of the authority in the environment.",
        metavar="AUTHORITY",
        autocompletion=authority_names,
    ),
]
RequestFile = Annotated[
    Path, typer.Option("--out", help="The certificate signing request (PEM).", metavar="FILE")
]


def verification_csr(
    *, out: RequestFile, environment: Environment = "local", force: Force = False, as_json: Json = False
) -> None:
    """Write the request that an offline authority signs to show AWS IoT who holds its key (mode DEFAULT).

    Its common name is the registration code of the account and Region; its key is thrown away. The signed
    certificate is the environment's verification_certificate.
    """
    from jitr import authority_keys, files
    from jitr.authorities import registration_code
    from jitr.target import target

    files.refuse_existing([out], force=force)
    code = registration_code(target(environment).iot)
    files.write(out, authority_keys.request_pem(authority_keys.verification_request(code)))
    note(
        f"{out}: have the authority sign it, then name the certificate in environments/{environment}.toml as "
        "verification_certificate, and deploy while it is valid"
    )
    fields = {"file": str(out), "registration_code": code}
    print_json(fields) if as_json else print_fields(fields)


def request(
    *,
    authority: AuthorityName,
    out: RequestFile,
    environment: Environment = "local",
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Write the request of a deployed authority for its owner's root to sign, made with its own held key."""
    from jitr import authority_keys, files
    from jitr.target import target

    files.refuse_existing([out], force=force)
    made = authority_keys.certification_request(target(environment), authority)
    files.write(out, authority_keys.request_pem(made))
    note(
        f"{out}: have the root sign it as an authority (CA:TRUE, pathlen 0), then name the certificate, "
        f"followed by those above it, as certificate in [authorities.{authority}] with replace = true, and "
        "deploy"
    )
    fields = {"file": str(out), "authority": authority, "subject": made.subject.rfc4514_string()}
    print_json(fields) if as_json else print_fields(fields)


def export(
    *,
    authority: AuthorityName,
    out: Annotated[Path, typer.Option("--out", help="The private key (PEM, PKCS #8).", metavar="FILE")],
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            "--passphrase-file",
            help="Encrypt the key with the first line of this file.",
            metavar="FILE",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    environment: Environment = "local",
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Give out the private key of an authority in Secrets Manager, for a factory that signs offline.

    Whoever has the file can make devices of the fleet. It is written for its owner alone (0600). A key in
    KMS cannot leave it, and an external authority's was never here.
    """
    from jitr import authority_keys, files
    from jitr.confirmation import confirm
    from jitr.pem import key_pem
    from jitr.target import target

    files.refuse_existing([out], force=force)
    found = authority_keys.exportable(target(environment), authority)
    caller = authority_keys.who(found.target)
    confirm(
        f"Export the private key of {authority} ({environment}) as {caller}? "
        "Whoever has it can make devices.",
        yes=yes,
    )
    files.write(out, key_pem(found.key(), passphrase_file), files.PRIVATE)
    note(
        f"{out}: the private key of {authority}, read by {caller}; CloudTrail has recorded it "
        "(GetSecretValue). Record what it signs with `jitr issued import`"
    )
    fields = {
        "file": str(out),
        "authority": authority,
        "certificate_id": found.authority.id,
        "exported_by": caller,
        "secret": found.secret,
    }
    print_json(fields) if as_json else print_fields(fields)
